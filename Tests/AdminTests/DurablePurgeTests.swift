// POST /purge and larder purge while a purge cannot be put on the disk.

import Coding
import Glibc
import LarderHarness
import Settings
import TestSupport
import Testing

@Suite("The response to a purge says whether a crash would undo it")
struct DurablePurgeTests {
    /// Runs a larder whose mark of purges can be made unwritable.
    private func withUnwritable(
        _ body: @escaping @Sendable (TestLarder, _ spoil: () -> Void, _ mend: () -> Void) async throws -> Void
    ) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let mark = larder.configuration.cache.directory + "/purges"
            // because each text outlives its call
            try await body(
                larder,
                {
                    unsafe unlink(mark)
                    unsafe mkdir(mark, 0o700)
                },
                { unsafe rmdir(mark) }
            )
        }
    }

    @Test("200 and is_durable; 202 with the reason while the disk does not take it, and degraded until it does")
    func answers() async throws {
        try await withUnwritable { larder, spoil, mend in
            try await larder.fetch("/a.jpg", "/b.jpg")
            let well = try await larder.purge(#"{"url": ["/a.jpg"]}"#)
            #expect(well.status == 200 && well.report["is_durable"] == true && well.report["is_complete"] == true)
            #expect(well.report["reason"] == .null)
            spoil()
            let sick = try await larder.purge(#"{"url": ["/b.jpg", "/c.jpg"]}"#)
            #expect(sick.status == 202 && sick.report["is_durable"] == false && sick.report["is_complete"] == true)
            #expect(sick.report["reason"]?.text?.hasSuffix("/purges.new cannot be written: Is a directory.") == true)
            try await larder.fetch("/b.jpg")
            #expect(larder.origin.requestCount("/b.jpg") == 2, "it holds all the same")
            let health = try await JSON(parsing: larder.admin("GET", "/healthz").body)
            #expect(health["status"]?.text == "degraded")
            #expect(
                health["reasons"]?.items.contains { $0.text?.hasPrefix("2 purges are not on the disk yet") == true }
                    == true
            )
            #expect(try await larder.stats()["store"]?["purges_not_durable"] == 2)
            let metrics = String(decoding: try await larder.admin("GET", "/metrics").body, as: UTF8.self)
            #expect(metrics.contains("\nlarder_store_purges_not_durable 2\n"))
            mend()
            try await eventually("it is on the disk") {
                try await JSON(parsing: larder.admin("GET", "/healthz").body)["status"]?.text == "ok"
            }
            #expect(try await larder.stats()["store"]?["purges_not_durable"] == 0)
        }
    }

    @Test("larder purge ends with 0 when it is done, and with 3 and the reason while it is not on the disk")
    func command() async throws {
        try await withUnwritable { larder, spoil, mend in
            #expect(try await larder.command("purge /a.jpg").status == 0)
            spoil()
            for (words, input) in [("purge /a.jpg", ""), ("purge --all", ""), ("purge -", "/a.jpg\n/b.jpg\n")] {
                let result = try await larder.command(words, input: input)
                #expect(result.status == 3, "\(result)")
                #expect(
                    result.output.contains("not on the disk yet") && result.output.contains("Is a directory"),
                    "\(result)"
                )
                let json = try await larder.command(words + " --json", input: input)
                #expect(json.status == 3 && json.output.contains("\"is_durable\": false"), "\(json)")
            }
            let failed = try await larder.command("purge -", input: "/a.jpg\nno-path\n")
            #expect(failed.status == 1, "a name that failed counts for more")
            mend()
            try await eventually("it is on the disk") {
                try await larder.stats()["store"]?["purges_not_durable"] == 0
            }
            #expect(try await larder.command("purge /a.jpg --json").output.contains("\"is_durable\": true"))
        }
    }
}

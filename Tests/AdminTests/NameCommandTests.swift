// Names on the command line and in lists: taken byte by byte, or refused with their line.

import Coding
import LarderHarness
import Settings
import TestSupport
import Testing

@Suite("commands take names byte by byte")
struct NameCommandTests {
    @Test("warm asks for what the list names, reports what is no name with its line, and goes on")
    func warm() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            // A byte a character: \u{E9} is Latin-1's é.
            let list =
                "\u{EF}\u{BB}\u{BF}/m y.png\r\n# comment\n\n/caf\u{E9}.jpg\n/100%\n/q?u=http://x/y\nhttp://a.test/b\n#c\n"
                + "/l\u{E2}\u{80}\u{A8}s.jpg"
            let result = try await larder.command("warm -", input: list)
            #expect(result.status == 1)
            #expect(result.output.contains("0 stored already, 5 fetched"))
            #expect(result.errorOutput.contains("-:5: /100% has a percent sign"))
            #expect(result.errorOutput.contains("-:8: #c is neither a path"))
            #expect(result.errorOutput.split(separator: "\n").count == 2)
            #expect(
                Set(larder.origin.requests.map(\.target)) == [
                    "/m%20y.png", "/caf%E9.jpg", "/q?u=http://x/y", "/b", "/l%E2%80%A8s.jpg",
                ]
            )
            #expect(larder.origin.requestCount() == 5)
        }
    }

    @Test("lists of file names: warm stores and purge removes what find prints, one a line or between NULs")
    func files() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let list = "./m y.png\n./q?.jpg\n./#h.jpg\n./per%cent.jpg\n./caf\u{E9}.jpg\n"
            let warm = try await larder.command("warm --paths -", input: list)
            #expect(warm.status == 0 && warm.output.contains("5 fetched"), "\(warm)")
            #expect(larder.origin.requestCount("/per%25cent.jpg") == 1)
            let null = try await larder.command("warm --paths -0 -", input: "./q?.jpg\0./n\n.jpg\0")
            #expect(null.status == 0 && null.output.contains("0 failed"), "\(null)")
            #expect(larder.origin.requests.last?.target == "/n%0A.jpg" && larder.origin.requestCount() == 6)
            await larder.larder.settle()
            let purge = try await larder.command("purge --paths - --json", input: list + "../x\n./none\n")
            #expect(purge.status == 1)
            #expect(purge.output.contains("\"names\": 6") && purge.output.contains("\"responses\": 5"))
            #expect(purge.errorOutput.contains("-:6: ../x leads above the root"))
            #expect(try await larder.stats()["store"]?["responses"] == 1)
        }
    }

    @Test("a list of any length is purged, and what the routes refuse of it is named with its line")
    func longList() async throws {
        let change = { (configuration: inout Configuration) in
            var route = Configuration.RouteSettings()
            route.host = .name("img.test")
            route.path = "/t/"
            configuration.routes = [route]
        }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a/1", "/a/1009")
            let names = (0..<1010).map { "/a/\($0)" }
            let list = (names[..<990] + ["/t/1", "/t/2"] + names[990...]).joined(separator: "\n")
            let result = try await larder.command("purge -", input: list)
            #expect(result.status == 1)
            #expect(
                result.output.contains("names: removed 2 responses") && result.output.contains("2 failed"),
                "\(result)"
            )
            #expect(
                result.errorOutput.contains("-:991: /t/1 is refused: ") && result.errorOutput.contains("routes[0]")
            )
            #expect(result.errorOutput.contains("-:992: /t/2 is refused: "))
        }
    }

    @Test(
        "an argument that is no UTF-8 names what its bytes name",
        arguments: [
            #"purge "$(printf '/caf\351.jpg')""#, #"purge --prefix "$(printf '/caf\351')""#,
            #"purge --glob "$(printf '/ca?\351*')""#,
            #"purge --from "$(printf '/caf\351.jpg\n' >"$(printf 'l\351')"; printf 'l\351')""#,
        ]
    )
    func latin1(words: String) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/caf%E9.jpg", "/caf%C3%A9.jpg")
            let explained = try await larder.command(#"explain "$(printf '/caf\351.jpg')""#)
            #expect(explained.status == 0 && explained.output.contains("KEY    /caf%E9.jpg"), "\(explained)")
            let result = try await larder.command(words)
            #expect(result.status == 0 && result.output.contains("removed 1 response"), "\(result)")
            #expect(await larder.listed("/") == ["/caf%C3%A9.jpg"])
        }
    }

    @Test(
        "what is no name, or no list, is refused with words and purges nothing",
        arguments: [
            ("purge /100%.jpg", 1, "percent sign"), ("purge ''", 1, "is empty"), ("purge --prefix ''", 1, "is empty"),
            ("purge a.jpg", 1, "neither a path"), ("purge /../a", 1, "above the root"),
            ("purge http://u@h/a", 1, "no user"),
            ("purge --glob no", 1, "not a pattern"), ("purge - /a", 64, "A list is purged on its own"),
            ("purge --from l --all", 64, "A list is purged on its own"), ("purge --paths /a", 64, "describe a list"),
            ("purge --from missing", 1, "missing: cannot be opened"),
            ("purge $(seq -f /%g 1001)", 64, "a list of URLs"),
            (#"explain /a --header "$(printf 'A: \351')""#, 64, "not in UTF-8"), ("explain /100%", 1, "percent sign"),
            ("ls /100%", 1, "percent sign"),
        ]
    )
    func refusals(words: String, status: Int32, reason: String) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a")
            let result = try await larder.command(words, input: "/a")
            #expect(result.status == status && result.errorOutput.contains(reason), "\(result)")
            #expect(try await larder.stats()["store"]?["responses"] == 1)
        }
    }
}

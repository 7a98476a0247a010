// Stateless. Larder as a process, whose standard error nobody reads.

import Coding
import Glibc
import TestSupport
import Testing

@Suite("larder's own log blocks nothing")
struct ServeTests {
    @Test(
        "pictures are served, and larder stops in order, while standard error is full; what was lost is counted and said"
    )
    func fullStandardError() async throws {
        let directory = try TemporaryDirectory()
        let pipe = try NamedPipe(directory.path("errors"))
        try pipe.openReader()
        try pipe.fill()
        try directory.write("picture", to: "pictures/a.jpg")
        let settings = """
            listen: 127.0.0.1:0
            admin: {listen: "127.0.0.1:0"}
            cache: {directory: \(directory.path)/cache, max_size: 64MiB}
            origins: [{url: "file://\(directory.path)/pictures"}]

            """
        try directory.write(settings, to: "larder.yaml")
        let larder = try ChildProcess(
            ["sh", "-c", "exec \"$LARDER\" serve --config larder.yaml 2> errors"],
            environment: ["LARDER": larderBinary],
            directory: directory.path
        )
        try await eventually("the start") { servedPorts(larder.output).count == 2 }
        let ports = servedPorts(larder.output)
        #expect(try await RawClient.fetch("/a.jpg", port: ports[0]).text == "picture")

        // A configuration with many problems: a message each, with every reload.
        try directory.write(settings + (0..<300).map { "unknown_\($0): 1\n" }.joined(), to: "larder.yaml")
        func lost() async throws -> Int {
            try JSON(
                parsing: try await RawClient.fetch("/stats", port: ports[1], fields: [("Host", "127.0.0.1")]).body
            )[
                "lost_messages"
            ]?.whole ?? -1
        }
        // A reload takes its time: one after the other, lest hundreds of them are left to do at the end.
        var next = ContinuousClock.now
        try await eventually("lost messages") {
            if ContinuousClock.now >= next {
                larder.signal(SIGHUP)
                next = .now + .milliseconds(250)
            }
            return try await lost() > 0
        }
        #expect(try await RawClient.fetch("/a.jpg", port: ports[0]).text == "picture")

        var told = ""
        try await eventually("the message of what was lost") {
            told += String(decoding: pipe.read(), as: UTF8.self)
            return told.contains("Messages of this log were lost")
        }
        try pipe.fill()
        larder.terminate()
        #expect(try await larder.wait(within: .seconds(120)) == 0)
    }

    /// The ports that larder says it serves on.
    private func servedPorts(_ output: String) -> [Int] {
        output.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { Int($0.output.1) }
        }
    }
}

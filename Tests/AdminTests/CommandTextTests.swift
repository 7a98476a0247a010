// What commands print: for people, for programs, and where something is wrong.

import Coding
import LarderHarness
import Settings
import TestSupport
import Testing

@Suite("what commands print")
struct CommandTextTests {
    @Test(
        "help texts: an aligned line or an example is never wrapped",
        arguments: ["", "serve", "check", "purge", "stats", "explain", "ls", "warm", "verify", "simulate"]
    )
    func help(command: String) async throws {
        let help = try await runLarder("\(command) --help")
        #expect(help.status == 0)
        var previous: Substring = ""
        for line in help.output.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("USAGE:") { break }
            #expect(!(previous.hasPrefix("  ") && !line.isEmpty && !line.hasPrefix("  ")), "\(previous)\n\(line)")
            #expect(line.count <= 80)
            previous = line
        }
    }

    @Test(
        "an unknown command is an error with the one that is meant",
        arguments: [
            ("serv", "did you mean serve?"), ("help nosuch", "\"nosuch\" is not a command"),
            ("help purg", "did you mean purge?"),
            ("list", "is not a command"),
        ]
    )
    func unknown(words: String, reason: String) async throws {
        let result = try await runLarder(words)
        #expect(result.status == 64 && result.errorOutput.contains(reason), "\(result)")
    }

    @Test("simulate takes --config, says that a log is compressed, and counts one line as one")
    func simulate() async throws {
        let line = #"1.1.1.1 - - [01/Jan/2026:00:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "-""#
        let result = try await runLarder("simulate --from-log - --size 1GB --config nowhere", input: "\(line)\nx\n")
        #expect(result.status == 0 && result.output.contains("1 line skipped"), "\(result)")
        let compressed = try await runLarder("simulate --from-log - --size 1GB", input: "\u{1F}\u{8B}\u{8}abc")
        #expect(compressed.status == 1 && compressed.errorOutput.contains("compressed with gzip"))
    }

    @Test("ls shows status and type, and lists everything with --all; purge and ls take one host")
    func listing() async throws {
        let change = { (configuration: inout Configuration) in
            var route = Configuration.RouteSettings()
            route.host = .name("img.test")
            route.path = "/t/"
            configuration.routes = [route]
        }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            let client = try RawClient(port: larder.picturePort)
            for (host, path) in [("img.test", "/t/1"), ("img.test", "/t/2"), ("www.test", "/t/1"), ("www.test", "/x")] {
                _ = try client.get(path, [("Host", host)])
            }
            try await eventually("all are stored") { await larder.listed("/").count == 4 }
            let table = try await larder.command("ls http://img.test/t/")
            let lines = table.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines.first == ["STATUS", "TYPE", "SIZE", "AGE", "FRESH", "FOR", "KEY"], "\(table)")
            #expect(lines.dropFirst().allSatisfy { $0.first == "200" && $0[1] == "image/jpeg" } && lines.count == 3)
            let host = try await larder.command("ls http://img.test/")
            #expect(host.status == 0 && host.output.split(separator: "\n").count == 5, "\(host)")
            let all = try await larder.command("ls --all --json")
            let keys = try JSON(parsing: Array(all.output.utf8))["responses"]?.items.map { $0["key"]?.text ?? "" }
            #expect(keys == ["//img.test/t/1", "//img.test/t/2", "/t/1", "/x"])
            let other = try await larder.command("purge --prefix http://www.test/ --json")
            #expect(try JSON(parsing: Array(other.output.utf8))["responses"] == 2, "\(other)")
            #expect(Set(await larder.listed("/")) == ["//img.test/t/1", "//img.test/t/2"])
            let purge = try await larder.command("purge --prefix http://img.test/")
            #expect(purge.output.contains("removed 2 responses"), "\(purge)")
            let relative = try await larder.command("purge --prefix images")
            #expect(relative.status == 1 && relative.errorOutput.contains("larder: --prefix: \"images\" is neither"))
        }
    }
}

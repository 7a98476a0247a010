// Scenarios. The access log, and the end of a larder.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("The access log")
struct LogTests {
    private func lines(_ directory: TemporaryDirectory, _ name: String = "log") -> [String] {
        guard let bytes = try? directory.read(name) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func withLog(
        _ origin: ScriptedOrigin,
        _ format: Configuration.AccessLogSettings.Format,
        _ body: (Larder, TemporaryDirectory) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        try await withLarder(
            Setup(origin) { setup in
                var log = Configuration.AccessLogSettings(path: directory.path("log"))
                log.format = format
                setup.configuration.accessLog = log
            }
        ) { larder in
            try await body(larder, directory)
        }
    }

    @Test("combined: a line a request, in Apache's form, with nothing in it that breaks a line")
    func combined() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("hello", fields: fresh))
        try await withLog(origin, .combined) { larder, directory in
            try await larder.fill("/a", [("User-Agent", "x\"y\\z of \u{E9}tude"), ("Referer", "http://r/")])
            _ = try await larder.get("/a")
            _ = try await larder.get("/none?q")
            try await eventually { lines(directory).count == 3 }
            let written = lines(directory)
            let form =
                /127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "(.*)" (\d+) (\d+) "(.*)" "(.*)"/
            // Each loop gathers its own lines: the file's order is not that of the requests.
            let parts = try written.map { try #require(try form.wholeMatch(in: $0)).output }
            let told = try #require(parts.first { $0.4 == "http://r/" })
            #expect(told.1 == "GET /a HTTP/1.1")
            #expect(told.2 == "200")
            #expect(told.3 == "5")
            #expect(told.5 == #"x\"y\\z of \xc3\xa9tude"#)
            let plain = try #require(parts.first { $0.4 == "-" && $0.1 == "GET /a HTTP/1.1" })
            #expect(plain.3 == "5")
            #expect(parts.contains { $0.1 == "GET /none?q HTTP/1.1" && $0.2 == "404" })
        }
    }

    @Test("JSON: an object a line, with the outcome and the origin")
    func json() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .text("hello", fields: fresh))
        try await withLog(origin, .json) { larder, directory in
            try await larder.fill("/a", [("User-Agent", "a \"long\" \u{E9}tude\t\\")])
            _ = try await larder.get("/a")
            _ = try await larder.request("POST", "/a", body: [1])
            try await eventually { lines(directory).count == 3 }
            let written = lines(directory)
            for cache in ["\"cache\":\"miss\",\"origin\":0,", "\"cache\":\"hit\",\"origin\":null,"] {
                let line = try #require(written.first { $0.contains(cache) })
                #expect(line.contains("\"method\":\"GET\",\"target\":\"/a\",\"host\":\"larder.test\""))
                #expect(line.contains("\"status\":200,\"bytes\":5,"))
            }
            let told = try #require(written.first { $0.contains("\"cache\":\"miss\"") })
            #expect(told.contains(#""referer":null,"user_agent":"a \"long\" Ã©tude\u0009\\"}"#))
            let passed = try #require(written.first { $0.contains("\"cache\":\"pass\",\"origin\":0,") })
            #expect(passed.contains("\"method\":\"POST\""))
            #expect(written.allSatisfy { $0.hasPrefix("{\"time\":\"") && $0.hasSuffix("}") })
        }
    }

    @Test("after logrotate has moved the file, it is opened anew and no line is lost")
    func reopen() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        try await withLog(origin, .combined) { larder, directory in
            for number in 0..<5 { _ = try await larder.get("/\(number)") }
            try await eventually { lines(directory).count == 5 }
            try directory.rename("log", to: "log.1")
            larder.accessLog?.reopen()
            try await eventually { directory.exists("log") }
            for number in 5..<9 { _ = try await larder.get("/\(number)") }
            try await eventually { lines(directory).count == 4 }
            #expect(lines(directory, "log.1").count == 5)
            #expect(larder.accessLog?.lostLines == 0)
        }
    }
}

@Suite("A drain")
struct DrainTests {
    @Test("answers what is under way, closes what is idle, takes no more")
    func drains() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let picture = pictureBytes(500_000)
        origin.on(
            "/a",
            head(length: picture.count),
            .raw(Array(picture[..<1000])),
            .hold(gate),
            .raw(Array(picture[1000...]))
        )
        try await withLarder(origin) { larder in
            let port = larder.port
            let (idle, busy) = try await onThread {
                let busy = try RawClient(port: port)
                try busy.send(method: "GET", "/a")
                return (try RawClient(port: port), busy)
            }
            try await origin.waitForRequests(1)
            try await eventually { larder.proxy.statistics.openConnections == 2 }
            async let drained: Void = larder.proxy.drain(within: .seconds(10))
            #expect(try await onThread { try idle.receiveUntilClose() }.isEmpty)
            try await eventually { !larder.proxy.isListening }
            #expect(throws: TestError.self) { try RawClient(port: port) }
            gate.open()
            let (response, rest) = try await onThread { (try busy.receive(), try busy.receiveUntilClose()) }
            #expect(response.body.digest == picture.digest)
            #expect(rest.isEmpty)
            await drained
            #expect(larder.proxy.statistics.openConnections == 0)
        }
    }

    @Test("cuts off at its limit who does not come to an end")
    func limit() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .hang)
        try await withLarder(origin) { larder in
            let port = larder.port
            let client = try await onThread {
                let client = try RawClient(port: port)
                try client.send(method: "GET", "/a")
                return client
            }
            try await origin.waitForRequests(1)
            await larder.proxy.drain(within: .milliseconds(100))
            #expect(try await onThread { try client.receiveUntilClose() }.isEmpty)
        }
    }

    @Test("new settings hold for the next request; connections stay")
    func reload() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        try await withLarder(origin) { larder in
            let port = larder.port
            let client = try await onThread { try RawClient(port: port) }
            #expect(try await onThread { try client.get("/A").text } == "/A")
            var changed = Configuration()
            changed.cache.query = .ignore
            larder.proxy.reload(ProxySettings(changed))
            try await eventually { try await onThread { try client.get("/ABC?x").text } == "/ABC" }
            #expect(larder.counter(.connections) == 1)
        }
    }
}

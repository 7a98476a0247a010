// Every failure of an origin at each place of a list of three: what the client gets, and what is counted.
// docs/failures.md has the same table; with LARDER_WRITE_DOCS in the environment it is written anew.

import Foundation
import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Runtime
import Settings
import Store
import TestSupport
import Testing

/// A way to fail, and the origin that does.
struct OriginFailure: Sendable, CustomStringConvertible {
    let name: String
    /// How long until the next origin is asked, at most.
    let time: String
    /// Makes the origin; what has to live as long comes with it.
    let make: @Sendable () throws -> (url: String, any AnyObject & Sendable)

    var description: String { name }

    init(_ name: String, _ time: String, _ steps: ScriptedOrigin.Step...) {
        self.init(name, time, url: { "http://127.0.0.1:\($0)" }, steps)
    }

    init(_ name: String, _ time: String, url: @escaping @Sendable (Int) -> String, _ steps: [ScriptedOrigin.Step]) {
        self.name = name
        self.time = time
        make = {
            let origin = try ScriptedOrigin()
            origin.respond { _ in steps }
            return (url(origin.port), origin)
        }
    }

    init(_ name: String, _ time: String, make: @escaping @Sendable () throws -> (String, any AnyObject & Sendable)) {
        self.name = name
        self.time = time
        self.make = make
    }
}

@Suite("The failure matrix")
struct FailureMatrixTests {
    private static let body = sampleBytes(60_000)
    private static let fields = [("ETag", "\"1\""), ("Cache-Control", "max-age=60")]
    private static let beginning: [ScriptedOrigin.Step] = [
        .head("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\nContent-Length: 60000\r\n\r\n"),
        .raw(Array(body[..<20_000])), .pause(milliseconds: 50),
    ]

    private static func stopped() throws -> (String, any AnyObject & Sendable) {
        let origin = try ScriptedOrigin()
        origin.stop()
        return (origin.url, origin)
    }

    private final class Nothing: Sendable {}

    static let failures: [OriginFailure] = [
        OriginFailure("connection refused", "at once") { try stopped() },
        OriginFailure("unreachable", "at once") { ("http://255.255.255.255", Nothing()) },
        OriginFailure("no such name (DNS)", "the resolver's answer") { ("http://no-such-host.invalid", Nothing()) },
        OriginFailure("TLS fails", "at once") {
            let port = try ClosingPort()
            return ("https://127.0.0.1:\(port.port)", port)
        },
        OriginFailure("no connection", "`connect_timeout`") {
            let port = try UnansweredPort()
            return ("http://127.0.0.1:\(port.port)", port)
        },
        OriginFailure("no first byte", "`first_byte_timeout`", .hang),
        OriginFailure("reset before the head", "at once", .reset),
        OriginFailure("malformed head", "at once", .head("HTP/1.1 what\r\n\r\n"), .close),
        OriginFailure(
            "206 nobody asked for",
            "at once",
            .respond(status: 206, fields: [("Content-Range", "bytes 0-4/10")], body: Array("01234".utf8))
        ),
        OriginFailure(
            "head too large",
            "at once",
            .head("HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 300))
        ),
        OriginFailure("500", "at once", .text("broken", status: 500)),
        OriginFailure("503", "at once", .text("busy", status: 503)),
        OriginFailure("503 with Retry-After", "at once", .respond(status: 503, fields: [("Retry-After", "30")])),
        OriginFailure("429 with Retry-After", "at once", .respond(status: 429, fields: [("Retry-After", "30")])),
        OriginFailure(
            "stall in the body",
            "2 × `stall_timeout`",
            url: { "http://127.0.0.1:\($0)" },
            beginning + [.hang]
        ),
        OriginFailure("reset in the body", "at once", url: { "http://127.0.0.1:\($0)" }, beginning + [.reset]),
        OriginFailure("truncated body", "at once", url: { "http://127.0.0.1:\($0)" }, beginning + [.close]),
    ]

    @Test("what the client gets, by failure and place", arguments: failures)
    func row(of failure: OriginFailure) async throws {
        var cells: [String] = []
        var counted = ""
        for place in 0..<4 {
            let (cell, figures) = try await cell(failure, at: place)
            cells.append(cell)
            if place == 0 { counted = figures }
        }
        let row = "| \(([failure.name] + cells + [failure.time, counted]).joined(separator: " | ")) |"
        try expect(row, named: failure.name)
    }

    /// Place 3 is all three.
    private func cell(_ failure: OriginFailure, at place: Int) async throws -> (String, String) {
        var keepers: [any AnyObject & Sendable] = []
        var urls: [String] = []
        for index in 0..<3 {
            if index == place || place == 3 {
                let made = try failure.make()
                urls.append(made.url)
                keepers.append(made.1)
            } else {
                let healthy = try ScriptedOrigin()
                if index > place { healthy.respond { Self.answer($0) } }
                urls.append(healthy.url)
                keepers.append(healthy)
            }
        }
        let setup = try Setup(urls: urls) { setup in
            for index in urls.indices {
                setup.configuration.origins[index].isAuthoritative = index == place % 3
                setup.configuration.origins[index].connectTimeout = .milliseconds(400)
                setup.configuration.origins[index].firstByteTimeout = .milliseconds(400)
                setup.configuration.origins[index].stallTimeout = .milliseconds(300)
            }
        }
        var result = ("", "")
        try await withLarder(setup) { larder in
            let response = try await larder.get("/a.jpg")
            await larder.settle()
            let figures = larder.origins.statistics()
            #expect(response.isComplete || larder.store.statistics.responses == 0, "a broken body is not stored")
            result = (describe(response, figures), counted(figures[min(place, 2) % 3]))
        }
        withExtendedLifetime(keepers) {}
        return result
    }

    private static func answer(_ request: ScriptedOrigin.Request) -> [ScriptedOrigin.Step] {
        guard let first = request.field("Range").flatMap({ Int($0.dropFirst(6).prefix { $0 != "-" }) }) else {
            return [.respond(fields: fields, body: body)]
        }
        let range = ("Content-Range", "bytes \(first)-59999/60000")
        return [.respond(status: 206, fields: fields + [range], body: Array(body[first...]))]
    }

    private func describe(_ response: RawResponse, _ figures: [OriginStatistics]) -> String {
        if let error = response["Proxy-Status"]?.split(separator: "error=").last {
            #expect(response["Retry-After"] != nil)
            return "\(response.status) \(error)"
        }
        guard response.status == 200 else {
            let isGuess = response.cacheStatus.hasSuffix("detail=not-authoritative")
            return "\(response.status)\(isGuess ? " not-authoritative" : " of the last")"
        }
        guard response.isComplete else { return "200, broken off" }
        #expect(response.body == Self.body)
        return figures.contains { $0.resumed > 0 } ? "200, the rest from the next" : "200 from the next"
    }

    private func counted(_ figures: OriginStatistics) -> String {
        var names = figures.errors.keys.map(\.rawValue).sorted().map { "`errors.\(Self.label($0))`" }
        if figures.serverErrors > 0 { names.append("`server_errors`") }
        if figures.isBackingOff { names.append("circuit breaker open") }
        return names.joined(separator: ", ")
    }

    private static func label(_ kind: String) -> String {
        kind.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
    }

    private func expect(_ row: String, named name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/failures.md")
        try Self.document.withLock {
            var text = try String(contentsOf: file, encoding: .utf8)
            if ProcessInfo.processInfo.environment["LARDER_WRITE_DOCS"] != nil {
                var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                if let old = lines.firstIndex(where: { $0.hasPrefix("| \(name) |") }) { lines[old] = row }
                text = lines.joined(separator: "\n")
                try Data(text.utf8).write(to: file)
            }
            #expect(text.contains(row), "\(row)")
        }
    }

    private static let document = NSLock()
}

// Bytes that no sound server sends: what is refused by which name, what is passed on as it is, and that neither costs
// more than its bound. What FailureTests and ResponseHeadParserTests have is not repeated here.

import HTTPMessage
import Origins
import TestSupport
import Testing

@Suite("Bad input from origins") struct BadInputTests {
    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"

    @Test(
        "is no answer",
        arguments: [
            ("HTTP/0.9: bytes without a head", [.head("GIF89a and so on"), .close], .malformed),
            ("HTML without a head", [.head("<html>\r\n\r\n</html>\r\n"), .close], .malformed),
            ("nothing but line ends", [.head(String(repeating: "\r\n", count: 10_000)), .close], .malformed),
            ("TLS on a plain port", [.raw([0x15, 3, 1, 0, 2, 2, 70]), .close], .malformed),
            ("HTTP/2 nobody asked for", [.head("HTTP/2 200 \r\ncontent-length: 2\r\n\r\nab"), .close], .malformed),
            ("HTTP/3", [.head("HTTP/3 200 OK\r\n\r\n"), .close], .malformed),
            ("a status of no class", [.head("HTTP/1.1 099 X\r\n\r\n"), .close], .malformed),
            ("a status line without end", [.head("HTTP/1.1 200 " + String(repeating: "O", count: 200_000))], .tooLarge),
            ("a head of many fields", [.head(ok + lines(50_000) + "\r\n")], .tooLarge),
            ("a head of large fields", [.head(ok + lines(20, of: 8000) + "\r\n")], .tooLarge),
            ("a head in each of many 1xx", [.head(many("HTTP/1.1 103 Early Hints\r\n" + lines(20)))], .tooLarge),
            ("a length of no number", [.head(ok + "Content-Length: 1e3\r\n\r\n")], .malformed),
            ("a list of lengths", [.head(ok + "Content-Length: 2, 2\r\n\r\nab")], .malformed),
            ("a length beyond 64 bits", [.head(ok + "Content-Length: 18446744073709551618\r\n\r\nab")], .malformed),
            ("two lengths", [.head(ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc")], .malformed),
            (
                "a length and chunks", [.head(ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")],
                .malformed
            ),
            ("a coding that was not asked for", [.head(ok + "Transfer-Encoding: gzip, chunked\r\n\r\n")], .malformed),
            ("NUL in a field", [.head(ok + "A: b\u{0}c\r\n\r\n")], .malformed),
            ("CR in a field", [.head(ok + "A: b\rSet-Cookie: c\r\n\r\n")], .malformed),
        ] as [(String, [ScriptedOrigin.Step], OriginError.Kind)]
    )
    func noAnswer(name: String, steps: [ScriptedOrigin.Step], kind: OriginError.Kind) async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in steps }
        let running = try Running([.test(server.url)])
        let got = try await running.get("/a.jpg")
        #expect(got.response == nil)
        #expect(got.error?.kind == kind, "\(name): \(String(describing: got.error))")
        #expect(running.origins.statistics()[0].errors == [kind: 1])
    }

    @Test(
        "breaks a body, so that nothing of it is taken for whole",
        arguments: [
            ("an absurd length", ok + "Content-Length: 900000000000000000\r\n\r\nab", .truncated),
            ("a chunk that ends early", chunked + "5\r\nab", .truncated),
            ("no last chunk", chunked + "2\r\nab\r\n", .truncated),
            ("an absurd chunk", chunked + "7fffffffffffffff\r\nab", .truncated),
            ("a chunk beyond 64 bits", chunked + "2\r\nab\r\n10000000000000002\r\nab\r\n0\r\n\r\n", .malformed),
            ("a chunk of no number", chunked + "2\r\nab\r\n-1\r\n", .malformed),
            ("a chunk longer than told", chunked + "2\r\nabcd\r\n0\r\n\r\n", .malformed),
            ("trailers that are no fields", chunked + "2\r\nab\r\n0\r\nno colon\r\n\r\n", .malformed),
            ("trailers without end", chunked + "2\r\nab\r\n0\r\n" + lines(50_000), .tooLarge),
        ] as [(String, String, OriginError.Kind)]
    )
    func brokenBody(name: String, text: String, kind: OriginError.Kind) async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in [.head(text), .close] }
        let got = try await Running([.test(server.url)]).get("/a.jpg")
        #expect(got.response?.status == 200)
        #expect(got.body.isEmpty || got.body == Array("ab".utf8))
        #expect(got.error?.kind == kind, "\(name): \(String(describing: got.error))")
        #expect(!got.isFinished)
    }

    @Test(
        "that can be read in one way only is passed on as it is",
        arguments: [
            (
                "gzip nobody asked for", "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u{1F}ab\u{0}",
                "\u{1F}ab\u{0}"
            ),
            ("an unknown coding", "Content-Encoding: x-none\r\nContent-Length: 2\r\n\r\nab", "ab"),
            ("brotli in name only", "Content-Encoding: br\r\nContent-Length: 2\r\n\r\nab", "ab"),
            ("bytes behind the length", "Content-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n\r\n", "ab"),
            ("bytes behind no content", "Content-Length: 0\r\n\r\nab", ""),
            ("a length twice the same", "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", "ab"),
            ("chunk extensions", "Transfer-Encoding: chunked\r\n\r\n2;x=\"y\"\r\nab\r\n0\r\n\r\n", "ab"),
            ("leading zeros", "Content-Length: 0002\r\n\r\nab", "ab"),
        ]
    )
    func passedOn(name: String, rest: String, body: String) async throws {
        let server = try ScriptedOrigin()
        server.respond { _ in [.head(Self.ok + rest), .close] }
        let got = try await Running([.test(server.url)]).get("/a.jpg")
        #expect(got.isFinished, "\(name): \(String(describing: got.error))")
        #expect(got.body == Array(body.utf8))
    }

    @Test("a bomb is read no further than its bound, whatever more there is of it")
    func bombs() async throws {
        let line = Array("A: \(String(repeating: "b", count: 1000))\r\n".utf8)
        let bomb = [[UInt8]](repeating: line, count: 30_000).flatMap(\.self)
        for start in [Self.ok, Self.chunked + "0\r\n"] {
            let server = try ScriptedOrigin()
            server.respond { _ in [.head(start), .raw(bomb)] }
            let got = try await Running([.test(server.url)]).get("/a.jpg")
            #expect(got.error?.kind == .tooLarge)
            // The kernels' buffers take some megabytes that nobody reads.
            #expect(server.bytesSent < bomb.count / 2, "\(server.bytesSent)")
        }
    }

    private static func lines(_ count: Int, of length: Int = 1) -> String {
        String(repeating: "A: \(String(repeating: "b", count: length))\r\n", count: count)
    }

    private static func many(_ head: String) -> String {
        String(repeating: head + "\r\n", count: 10_000)
    }
}

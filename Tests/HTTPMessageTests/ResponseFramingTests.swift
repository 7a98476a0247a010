// Where a response's lines and body lie, however its bytes arrive.

import Testing

@testable import HTTPMessage

@Suite("RFC 9112 §6.3: where a response's lines and its body lie")
struct ResponseFramingTests {
    /// What was found in a response, and what of it was left for the next.
    private struct Found: Equatable {
        var lines: [String] = []
        var body = ""
        var trailers = ""
        var rest: String?
        var refusal: ResponseRefusal?
    }

    /// Takes a response apart that arrives in these pieces, as a connection does.
    private func take(_ pieces: [[UInt8]], headLines: Int, _ body: ResponseFraming.Body) -> Found {
        var (framing, found, left) = (ResponseFraming(), Found(), [UInt8]())
        for (number, piece) in pieces.enumerated() {
            left += piece
            var used = 0
            reading: while true {
                let rest = Array(left[used...])
                func text(_ range: Range<Int>) -> String { String(decoding: rest[range], as: UTF8.self) }
                switch rest.withRawSpan({ framing.next($0) }) {
                case .line(let range):
                    found.lines.append(text(range))
                    used += range.upperBound
                    if found.lines.count == headLines { framing.begin(body) }
                case .body(let range):
                    found.body += text(range)
                    used += range.upperBound
                case .needsMore(let consumed):
                    used += consumed
                    break reading
                case .end(let consumed):
                    found.trailers = String(decoding: framing.trailerSection, as: UTF8.self)
                    found.rest =
                        text(consumed..<rest.count)
                        + pieces[(number + 1)...].map { String(decoding: $0, as: UTF8.self) }.joined()
                    return found
                case .refused(let refusal):
                    found.refusal = refusal
                    return found
                }
            }
            left = Array(left[used...])
        }
        return found
    }

    private static let head = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"

    @Test(
        "the same is found wherever the bytes are cut",
        arguments: [
            ("§6.3.1: no body", ResponseFraming.Body.none, "HTTP/1.1 304", "", "", "HTTP/1.1 304"),
            ("§6.3.6: Content-Length", .length(5), "helloHTTP", "hello", "", "HTTP"),
            ("§6.3.6: of 0", .length(0), "x", "", "", "x"),
            ("§6.3.4: chunks", .chunked, "3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\nHT", "hello", "\r\n", "HT"),
            (
                "§7.1.2: a trailer section", .chunked, "1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\n", "x",
                "A: b\r\nC: d\r\n\r\n", ""
            ),
            ("§6.3.8: the end of the connection", .untilClose, "hello\r\n\r\n", "hello\r\n\r\n", "", nil),
        ] as [(String, ResponseFraming.Body, String, String, String, String?)]
    )
    func cuts(name: String, framing: ResponseFraming.Body, after: String, body: String, trailers: String, rest: String?)
    {
        let bytes = Array((Self.head + after).utf8)
        let whole = take([bytes], headLines: 3, framing)
        #expect(whole.lines.joined() == Self.head)
        #expect((whole.body, whole.trailers, whole.rest) == (body, trailers, rest))
        #expect(take(bytes.map { [$0] }, headLines: 3, framing) == whole, "byte by byte")
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(take(pieces, headLines: 3, framing) == whole, "\(first), \(second)")
            }
        }
    }

    @Test(
        "what is none is refused as soon as that is known",
        arguments: [
            ("another protocol", "SSH-2.0", ResponseRefusal.statusLine, 1),
            ("HTTP/0.9", "<html>", .statusLine, 1),
            ("a line without end", "HTTP/1.1 " + String(repeating: "x", count: 70_000), .headTooLarge, 1),
            ("a chunk of no number", head + "z", .chunkedBody(.badChunkSize), 3),
            ("a chunk longer than told", head + "1\r\nab", .chunkedBody(.badLineEnd), 3),
            (
                "trailers without end", head + "0\r\n" + String(repeating: "A: b\r\n", count: 5000),
                .chunkedBody(.trailersTooLong), 3
            ),
        ]
    )
    func refused(name: String, text: String, refusal: ResponseRefusal, lines: Int) {
        #expect(take([Array(text.utf8)], headLines: lines, .chunked).refusal == refusal)
    }
}

// What a response's head may look like (RFC 9112 §4–§6), line by line, as libcurl hands it over.

import HTTPMessage
import Testing

@testable import Origins

@Suite("RFC 9112 §4–§6: the head of a response") struct HeadParserTests {
    private func parse(_ text: String) -> HeadParser.Step {
        var parser = HeadParser()
        var last = HeadParser.Step.more
        // By bytes: as Characters, CR LF is one.
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            last = parser.take(Array(line) + [0x0A])
            if last != .more { return last }
        }
        return last
    }

    private func lines(_ lines: [String]) -> String { lines.map { "\($0)\r\n" }.joined() }

    @Test("a plain head")
    func plain() {
        let fields = Fields([("Content-Type", "image/png"), ("Content-Length", "12"), ("X-Empty", "")])
        let head = OriginHead(status: 200, reason: "Very OK", fields: fields, contentLength: 12)
        let text = lines(["HTTP/1.1 200 Very OK", "Content-Type: image/png ", "Content-Length:12", "X-Empty:", ""])
        #expect(parse(text) == .head(head))
    }

    @Test("interim heads are skipped, with their fields")
    func interims() {
        let text = lines(["HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 204 ", "A: b", ""])
        let head = OriginHead(status: 204, reason: "", fields: Fields([("A", "b")]), contentLength: nil)
        #expect(parse(text) == .head(head))
    }

    @Test("lines after the final head (trailers) are ignored")
    func trailers() {
        var parser = HeadParser()
        for line in ["HTTP/1.1 200 OK\r\n", "\r\n"] { _ = parser.take(Array(line.utf8)) }
        #expect(parser.isDone)
        #expect(parser.take(Array("Content-Length: x\r\n".utf8)) == .more)
    }

    @Test(
        "a lone LF ends a line; two equal lengths are one; HTTP/1.0 is answered",
        arguments: [
            "HTTP/1.1 200 OK\nContent-Length: 5\n\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.0 200\r\ncontent-length: 5\r\n\r\n",
        ]
    )
    func lenient(text: String) {
        guard case .head(let head) = parse(text) else {
            Issue.record("no head: \(parse(text))")
            return
        }
        #expect(head.contentLength == 5)
    }

    @Test(
        "what is not a response, or could be read in two ways, is malformed",
        arguments: [
            "HTTP/2 200\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 999 X\r\n", "ICY 200 OK\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n", "HTTP/1.1  200 OK\r\n", "HTTP/1.1 200\u{0} OK\r\n",
            "HTTP/1.1 200 OK\r\nName : x\r\n", "HTTP/1.1 200 OK\r\n: x\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n",
            "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n", "HTTP/1.1 200 OK\r\nA: b\u{1}\r\n",
            "HTTP/1.1 200 OK\r\nA: b\rc\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: \r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        ]
    )
    func malformed(text: String) {
        guard case .refused(.malformed, _) = parse(text) else {
            Issue.record("taken: \(parse(text))")
            return
        }
    }

    @Test("a head too large in bytes, fields or interim heads is refused")
    func tooLarge() {
        let long = String(repeating: "x", count: HeadParser.maximumBytes)
        let many = (0...HeadParser.maximumLines).map { "A\($0): b" }
        let interims = (0...HeadParser.maximumInterims).flatMap { _ in ["HTTP/1.1 100 Continue", ""] }
        for text in [
            lines(["HTTP/1.1 200 OK", "A: \(long)"]), lines(["HTTP/1.1 200 OK"] + many), lines(interims),
        ] {
            guard case .refused(.tooLarge, _) = parse(text) else {
                Issue.record("taken: \(parse(text))")
                return
            }
        }
    }

    @Test("as many as allowed are taken")
    func justSmallEnough() {
        let many = (0..<HeadParser.maximumLines).map { "A\($0): b" }
        let interims = (0..<HeadParser.maximumInterims).flatMap { _ in ["HTTP/1.1 100 Continue", ""] }
        guard case .head = parse(lines(interims + ["HTTP/1.1 200 OK"] + many + [""])) else {
            Issue.record("refused")
            return
        }
    }
}

extension HeadParser {
    fileprivate mutating func take(_ bytes: [UInt8]) -> Step {
        take(unsafe bytes.span.bytes)  // because the array outlives the call
    }
}

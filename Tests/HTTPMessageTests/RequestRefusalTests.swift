// Value. The table of request heads that are malformed or that two readers could understand in two ways.
//
// Invariant shown: what the framing rules call ambiguous is refused by name, never forwarded (design invariant 10).

import HTTPMessage
import Testing

/// "GET / HTTP/1.1" with a Host and one more line.
private func with(_ line: String, version: String = "1.1", method: String = "GET") -> String {
    "\(method) / HTTP/\(version)\r\nHost: a\r\n\(line)\r\n\r\n"
}

@Suite("RFC 9112 §2–§7: malformed and ambiguous request heads")
struct RequestRefusalTests {
    @Test(
        "§3: the request line is method SP target SP version",
        arguments: [
            ("GET /\r\nHost: a\r\n\r\n", RequestRefusal.malformedRequestLine),
            ("GET\r\n\r\n", .malformedRequestLine),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET /\tHTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .obsFold),
            ("\tGET / HTTP/1.1\r\nHost: a\r\n\r\n", .obsFold),
            ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/1.1x\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/11\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/1,1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / http/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/+1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/1.\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / ICY/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("G\u{E9}T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("\u{16}\u{03}\u{01}\u{02}\u{00}", .malformedRequestLine),
            (String(repeating: "A", count: 33) + " / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
            ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .badVersion),
            ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", .badVersion),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .badVersion),
        ]
    )
    func requestLine(text: String, refusal: RequestRefusal) {
        #expect(parse(text) == .refused(refusal))
    }

    @Test(
        "§3.2: the target has a form a cache takes and no byte a target cannot have",
        arguments: [
            ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", RequestRefusal.badTarget),
            ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET /#top HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET /a\u{01}b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET /a\u{00}b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET /a\u{7F}b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET http://u@a/b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET http:/a/b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET ?q HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET \\a HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
            ("GET /" + String(repeating: "a", count: 8192) + " HTTP/1.1\r\nHost: a\r\n\r\n", .targetTooLong),
        ]
    )
    func target(text: String, refusal: RequestRefusal) {
        #expect(parse(text) == .refused(refusal))
    }

    @Test(
        "§2.2: line ends are CR LF and nothing else",
        arguments: [
            ("GET / HTTP/1.1\nHost: a\n\n", RequestRefusal.bareLF),
            ("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLF),
            ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLF),
            ("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCR),
            (with("X: a\rb"), .bareCR),
            (with("X: a\r"), .bareCR),
            (with("X\rY: a"), .bareCR),
            (with("X: a\nY: b"), .bareLF),
        ]
    )
    func lineEnds(text: String, refusal: RequestRefusal) {
        #expect(parse(text) == .refused(refusal))
    }

    @Test(
        "§5: field lines",
        arguments: [
            (with("X : a"), RequestRefusal.spaceBeforeColon),
            (with("X\t: a"), .spaceBeforeColon),
            (with("Content-Length : 5"), .spaceBeforeColon),
            (with("Transfer-Encoding : chunked"), .spaceBeforeColon),
            (with(" folded"), .obsFold),
            (with("\tfolded"), .obsFold),
            (with("X: a\r\n b"), .obsFold),
            (with(" X: a"), .obsFold),
            ("GET / HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n", .obsFold),
            (with(": a"), .badFieldName),
            (with("X"), .badFieldName),
            (with("X y: a"), .badFieldName),
            (with("X(y): a"), .badFieldName),
            (with("X\u{E9}: a"), .badFieldName),
            (with("X\u{00}: a"), .badFieldName),
            (with("\"X\": a"), .badFieldName),
            (with("X: a\u{00}b"), .badFieldValue),
            (with("X: a\u{01}b"), .badFieldValue),
            (with("X: a\u{0B}b"), .badFieldValue),
            (with("X: a\u{7F}b"), .badFieldValue),
        ]
    )
    func fieldLines(text: String, refusal: RequestRefusal) {
        #expect(parse(text) == .refused(refusal))
    }

    @Test(
        "§3.2: Host is there once and is a host",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", RequestRefusal.noHost),
            ("GET / HTTP/1.1\r\nX: a\r\n\r\n", .noHost),
            ("GET http://a/ HTTP/1.1\r\n\r\n", .noHost),
            (with("Host: a"), .repeatedHost),
            (with("host: b"), .repeatedHost),
            ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
            ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: []\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: \u{E9}\r\n\r\n", .badHost),
            ("GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", .badHost),
        ]
    )
    func host(text: String, refusal: RequestRefusal) {
        #expect(parse(text) == .refused(refusal))
    }

    @Test("§3.2: what a host may not have is found wherever it stands", arguments: 1...20)
    func hostByByte(length: Int) {
        for place in 0..<length {
            for (letter, refused) in [("A", false), ("9", false), ("_", false), ("@", true), ("/", true), ("[", true)] {
                let (before, after) = (String(repeating: "a", count: place), length - place - 1)
                let host = before + letter + String(repeating: "z", count: after)
                for text in [host, host + ":8080"] {
                    let parsed = parse("GET / HTTP/1.1\r\nHost: \(text)\r\n\r\n")
                    #expect((parsed == .refused(.badHost)) == refused, "\(text)")
                }
            }
        }
    }

    @Test(
        "§6.1–§6.3: a body has exactly one length",
        arguments: [
            (with("Content-Length: "), RequestRefusal.badContentLength),
            (with("Content-Length: +5"), .badContentLength),
            (with("Content-Length: -5"), .badContentLength),
            (with("Content-Length: 5 5"), .badContentLength),
            (with("Content-Length: 5, 5"), .badContentLength),
            (with("Content-Length: 5,"), .badContentLength),
            (with("Content-Length: 0x5"), .badContentLength),
            (with("Content-Length: 5.0"), .badContentLength),
            (with("Content-Length: \"5\""), .badContentLength),
            (with("Content-Length: 9223372036854775808"), .badContentLength),
            (with("Content-Length: 18446744073709551617"), .badContentLength),
            (with("Content-Length: 5\r\nContent-Length: 6"), .conflictingContentLength),
            (with("Content-Length: 5\r\nContent-Length: 5"), .conflictingContentLength),
            (with("Content-Length: 5\r\nTransfer-Encoding: chunked"), .contentLengthWithTransferEncoding),
            (with("Transfer-Encoding: chunked\r\ncontent-length: 0"), .contentLengthWithTransferEncoding),
            (with("Transfer-Encoding: chunked", version: "1.0"), .transferEncodingInHTTP10),
            (with("Transfer-Encoding: "), .badTransferEncoding),
            (with("Transfer-Encoding: identity"), .badTransferEncoding),
            (with("Transfer-Encoding: xchunked"), .badTransferEncoding),
            (with("Transfer-Encoding: chunked, gzip"), .badTransferEncoding),
            (with("Transfer-Encoding: chunked, chunked"), .badTransferEncoding),
            (with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), .badTransferEncoding),
            (with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"), .badTransferEncoding),
            (with("Transfer-Encoding: chunked;a=b"), .badTransferEncoding),
            (with("Transfer-Encoding: \"chunked\""), .badTransferEncoding),
            (with("Transfer-Encoding: ,chunked"), .badTransferEncoding),
            (with("Transfer-Encoding: chunked,"), .badTransferEncoding),
            (with("Transfer-Encoding: chunked\u{0B}"), .badFieldValue),
            (with("Transfer-Encoding: gzip"), .badTransferEncoding),
            (with("Transfer-Encoding: gzip, chunked"), .unsupportedTransferEncoding),
            (with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"), .unsupportedTransferEncoding),
            (with("Transfer-Encoding: identity, chunked"), .unsupportedTransferEncoding),
        ]
    )
    func framing(text: String, refusal: RequestRefusal) {
        #expect(parse(text) == .refused(refusal))
    }

    @Test("each refusal has the status of an error")
    func statuses() {
        #expect(RequestRefusal.allCases.allSatisfy { [400, 414, 431, 501, 505].contains($0.status) })
        #expect(RequestRefusal.targetTooLong.status == 414)
        #expect(RequestRefusal.headTooLarge.status == 431)
        #expect(RequestRefusal.tooManyFields.status == 431)
        #expect(RequestRefusal.unsupportedTransferEncoding.status == 501)
        #expect(RequestRefusal.badVersion.status == 505)
    }
}

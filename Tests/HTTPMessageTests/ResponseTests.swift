// Value. Response heads written and status lines read.

import HTTPMessage
import Testing

@Suite("RFC 9112 §4: responses")
struct ResponseTests {
    @Test("a head is written as HTTP/1.1, with or without its end")
    func writing() {
        let head = ResponseHead(status: 404, fields: Fields([("Age", "0")]))
        var wire: [UInt8] = []
        head.write(into: &wire)
        #expect(String(decoding: wire, as: UTF8.self) == "HTTP/1.1 404 Not Found\r\nAge: 0\r\n")
        wire = []
        ResponseHead(status: 99_999, reason: "a\r\nb").write(into: &wire, endsHead: true)
        #expect(String(decoding: wire, as: UTF8.self) == "HTTP/1.1 999 a  b\r\n\r\n")
    }

    @Test(
        "status lines as origins send them",
        arguments: [
            ("HTTP/1.1 200 OK", 1, 1, 200, "OK"), ("HTTP/1.0 404 Not Found", 1, 0, 404, "Not Found"),
            ("HTTP/2 304 ", 2, 0, 304, ""),
            ("HTTP/1.1 999", 1, 1, 999, ""), ("HTTP/3 103 Early \u{E9}", 3, 0, 103, "Early \u{E9}"),
        ]
    )
    func statusLine(text: String, major: Int, minor: Int, status: Int, reason: String) throws {
        let line = try #require(bytes(text).withRawSpan { StatusLine.parse($0) })
        #expect(line.major == major && line.minor == minor && line.status == status && line.reason == reason)
    }

    @Test(
        "what is no status line",
        arguments: [
            "", "HTTP/", "HTTP/1.1", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/1.1 099 x", "http/1.1 200 OK",
            "HTTP/1.1  200 OK", "HTTP/1.1 2x0", "ICY 200 OK", "HTTP/1.1 200 a\r\n",
        ]
    )
    func noStatusLine(text: String) {
        #expect(bytes(text).withRawSpan { StatusLine.parse($0) } == nil)
    }

    @Test("every status has a phrase")
    func phrases() {
        #expect(StatusText.reason(for: 200) == "OK")
        #expect(StatusText.reason(for: 431) == "Request Header Fields Too Large")
        #expect((0...1000).allSatisfy { !StatusText.reason(for: $0).isEmpty })
    }
}

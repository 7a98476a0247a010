// What a response's head may look like (RFC 9112 §4–§6), line by line, as libcurl hands it over.

import Testing

@testable import HTTPMessage

@Suite("RFC 9112 §4–§6: the head of a response") struct ResponseHeadParserTests {
    /// What the last line brings, or the first that is refused.
    private func parse(_ text: String, allowsHTTP2: Bool = false) -> ResponseHeadParser.Step {
        steps(text, allowsHTTP2: allowsHTTP2).last ?? .more
    }

    /// What every line brings that brings something.
    private func steps(
        _ text: String,
        isAskedAgain: Bool = false,
        allowsHTTP2: Bool = false
    ) -> [ResponseHeadParser.Step] {
        let parser = ResponseHeadParser()
        parser.begin(isAskedAgain: isAskedAgain, allowsHTTP2: allowsHTTP2)
        var steps: [ResponseHeadParser.Step] = []
        // By bytes: as Characters, CR LF is one.
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            let step = parser.parse(Array(line) + [0x0A])
            if step != .more { steps.append(step) }
            if case .refused = step { break }
        }
        for pieces in [1, 3, 40] {
            let cut = text.utf8.count / pieces + 1
            let together = stepsTogether(text, cut: cut, isAskedAgain: isAskedAgain, allowsHTTP2: allowsHTTP2)
            #expect(together == steps, "in pieces of \(cut) bytes")
        }
        return steps
    }

    /// The same where lines are taken together, as far as they can be, of what comes in pieces of `cut` bytes.
    private func stepsTogether(
        _ text: String,
        cut: Int,
        isAskedAgain: Bool,
        allowsHTTP2: Bool
    ) -> [ResponseHeadParser.Step] {
        let parser = ResponseHeadParser()
        parser.begin(isAskedAgain: isAskedAgain, allowsHTTP2: allowsHTTP2)
        let bytes = Array(text.utf8)
        var steps: [ResponseHeadParser.Step] = []
        var (used, received) = (0, 0)
        while received < bytes.count {
            received = min(received + cut, bytes.count)
            while true {
                used += Array(bytes[used..<received]).withRawSpan { parser.parseUsualLines($0) }
                guard let end = bytes[used..<received].firstIndex(of: 0x0A) else { break }
                let step = parser.parse(Array(bytes[used...end]))
                used = end + 1
                if step != .more { steps.append(step) }
                if case .refused = step { return steps }
            }
        }
        return steps
    }

    private func lines(_ lines: [String]) -> String { lines.map { "\($0)\r\n" }.joined() }

    @Test("a plain head")
    func plain() {
        let fields = Fields([("Content-Type", "image/png"), ("Content-Length", "12"), ("X-Empty", "")])
        let head = ReceivedHead(status: 200, reason: "Very OK", fields: fields, contentLength: 12)
        let text = lines(["HTTP/1.1 200 Very OK", "Content-Type: image/png ", "Content-Length:12", "X-Empty:", ""])
        #expect(parse(text) == .head(head))
    }

    @Test("RFC 9110 §15.2: interim heads come one by one, and nothing of them is in the final one")
    func interims() {
        let text = lines([
            "HTTP/1.1 100 Continue", "", "HTTP/1.1 103 Early Hints", "Link: x", "Content-Length: 7", "",
            "HTTP/1.1 204 ", "A: b", "",
        ])
        func head(_ status: Int, _ reason: String, _ fields: [(String, String)]) -> ReceivedHead {
            ReceivedHead(status: status, reason: reason, fields: Fields(fields), contentLength: nil)
        }
        #expect(
            steps(text) == [
                .interim(head(100, "Continue", [])),
                .interim(head(103, "Early Hints", [("Link", "x"), ("Content-Length", "7")])),
                .head(head(204, "", [("A", "b")])),
            ]
        )
    }

    @Test("RFC 9110 §10.1.1: asked again without the expectation, the 417 is not the answer; a second one is")
    func askedAgain() {
        let refusal = ["HTTP/1.1 417 Expectation Failed", ""]
        let answer = lines(refusal + ["HTTP/1.1 200 OK", ""])
        #expect(steps(answer, isAskedAgain: true).count == 1)
        guard case .head(let head) = parse(lines(refusal)), head.status == 417 else {
            Issue.record("a 417 nobody asks again after is an answer")
            return
        }
        #expect(steps(lines(refusal + refusal), isAskedAgain: true).count == 1)
    }

    @Test("RFC 9113 §8: heads of HTTP/2, as libcurl writes them, where it was asked for; no chunks in it")
    func http2() {
        let text = lines([
            "HTTP/2 103 ", "link: x", "", "HTTP/2 200 ", "content-type: image/png", "content-length: 3", "",
        ])
        let fields = Fields([("content-type", "image/png"), ("content-length", "3")])
        let head = ReceivedHead(status: 200, reason: "", fields: fields, contentLength: 3, version: .http2)
        #expect(steps(text, allowsHTTP2: true).count == 2)
        #expect(parse(text, allowsHTTP2: true) == .head(head))
        for bad in ["HTTP/2 200 \r\ntransfer-encoding: chunked\r\n\r\n", "HTTP/3 200 \r\n\r\n"] {
            guard case .refused(let refusal) = parse(bad, allowsHTTP2: true), !refusal.isTooLarge else {
                Issue.record("taken: \(bad)")
                continue
            }
        }
    }

    @Test("RFC 9112 §5.1: whitespace between a name and its colon is removed")
    func spaceBeforeColon() {
        let text = lines(["HTTP/1.1 200 OK", "Name : x", "Other \t: y : z", ""])
        let fields = Fields([("Name", "x"), ("Other", "y : z")])
        #expect(parse(text) == .head(ReceivedHead(status: 200, reason: "OK", fields: fields, contentLength: nil)))
    }

    @Test("RFC 9110 §6.5: a trailer section, without what must not be in one")
    func trailers() {
        let kept = ["Digest: x", "Server-Timing: y"]
        let others = ["content-LENGTH: 5", "Set-Cookie: a", "Connection: close", "transfer-encoding: chunked", "TE: x"]
        let end = ["HTTP/1.1 200 OK", "", kept[0]] + others + [kept[1], ""]
        let parser = ResponseHeadParser()
        for line in end { _ = parser.parse(Array("\(line)\r\n".utf8)) }
        #expect(parser.trailers == Fields([("Digest", "x"), ("Server-Timing", "y")]))
    }

    @Test(
        "a trailer section is bounded, and its lines are field lines",
        arguments: [
            ["Content-Length : 5"], [" folded"], ["A: b\u{1}"],
            (0...ResponseHeadParser.maximumLines).map { "A\($0): b" },
            ["A: \(String(repeating: "x", count: ResponseHeadParser.maximumBytes))"],
        ]
    )
    func badTrailers(section: [String]) {
        guard case .refused = parse(lines(["HTTP/1.1 200 OK", ""] + section)) else {
            Issue.record("taken")
            return
        }
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
            "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding\t: chunked\r\n",
            "HTTP/1.1 200 OK\r\n : x\r\n", "HTTP/1.1 200 OK\r\n Name : x\r\n", "HTTP/1.1 200 OK\r\n: x\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n",
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
        guard case .refused(let refusal) = parse(text), !refusal.isTooLarge else {
            Issue.record("taken: \(parse(text))")
            return
        }
    }

    @Test("a head too large in bytes, fields or interim heads is refused")
    func tooLarge() {
        let long = String(repeating: "x", count: ResponseHeadParser.maximumBytes)
        let many = (0...ResponseHeadParser.maximumLines).map { "A\($0): b" }
        let interims = (0...ResponseHeadParser.maximumInterims).flatMap { _ in ["HTTP/1.1 100 Continue", ""] }
        for text in [
            lines(["HTTP/1.1 200 OK", "A: \(long)"]), lines(["HTTP/1.1 200 OK"] + many), lines(interims),
        ] {
            guard case .refused(let refusal) = parse(text), refusal.isTooLarge else {
                Issue.record("taken: \(parse(text))")
                return
            }
        }
    }

    @Test("as many as allowed are taken")
    func justSmallEnough() {
        let many = (0..<ResponseHeadParser.maximumLines).map { "A\($0): b" }
        let interims = (0..<ResponseHeadParser.maximumInterims).flatMap { _ in ["HTTP/1.1 100 Continue", ""] }
        guard case .head = parse(lines(interims + ["HTTP/1.1 200 OK"] + many + [""])) else {
            Issue.record("refused")
            return
        }
    }
}

extension ResponseHeadParser {
    fileprivate func parse(_ bytes: [UInt8]) -> Step {
        parse(unsafe bytes.span.bytes)  // because the array outlives the call
    }
}

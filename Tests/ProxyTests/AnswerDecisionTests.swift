// What an origin's response means for a fill.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Testing

@testable import Proxy

@Suite("what a response means for a fill") struct AnswerDecisionTests {
    private static let part = Make.stored(
        age: 1,
        head: "HTTP/1.1 206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes 0-6/14\r\n"
    ) { $0.status = 206 }
    private static let completion = Fill.Purpose.complete(part, ByteBuffer(string: "picture"))
    private static let rest = [("ETag", "\"1\""), ("Content-Range", "bytes 7-13/14")]

    private static func decide(
        _ purpose: Fill.Purpose,
        _ response: OriginResponse,
        isRetry: Bool = false,
        fields: Fields = Fields()
    ) -> String {
        AnswerDecision.decide(
            response,
            for: purpose,
            OriginRequest(target: "/a", fields: fields),
            isRetry: isRetry,
            origin: part.facts.origin
        )
        .word
    }

    @Test(
        "RFC 9111 §4.3.3: a 304 that is for what is stored freshens it; of another the whole is requested, once",
        arguments: [
            ("\"1\"", false, "freshen"), ("\"2\"", false, "retry"), ("\"2\"", true, "fail malformed"),
        ]
    )
    func notModified(tag: String, isRetry: Bool, expected: String) {
        let response = Make.response(304, [("ETag", tag)])
        #expect(Self.decide(.validate(Make.stored(age: 100)), response, isRetry: isRetry) == expected)
    }

    @Test("a 304 to a request without a condition is of no use", arguments: [false, true])
    func unconditional(isRetry: Bool) {
        #expect(Self.decide(.fill, Make.response(304), isRetry: isRetry) == "fail malformed")
    }

    @Test(
        "everything else is a new response",
        arguments: [200, 206, 404, 503]
    )
    func new(status: Int) {
        #expect(Self.decide(.fill, Make.response(status)) == "deliver")
        #expect(Self.decide(.validate(Make.stored(age: 100)), Make.response(status)) == "deliver")
        #expect(Self.decide(.pass(.none), Make.response(status)) == "deliver")
    }

    @Test("RFC 9111 §3.4: the rest of a part is combined with it")
    func combined() {
        #expect(Self.decide(Self.completion, Make.response(206, Self.rest, length: 7)) == "combine 200")
    }

    @Test(
        "what is not the rest of the part is requested as a whole, once",
        arguments: [
            (206, "\"2\"", false, "retry"), (206, "\"2\"", true, "deliver"), (412, "\"1\"", false, "retry"),
            (416, "\"1\"", false, "retry"), (416, "\"1\"", true, "fail malformed"), (200, "\"2\"", false, "deliver"),
        ]
    )
    func notTheRest(status: Int, tag: String, isRetry: Bool, expected: String) {
        let fields = [("ETag", tag), ("Content-Range", "bytes 7-13/14")]
        #expect(Self.decide(Self.completion, Make.response(status, fields, length: 7), isRetry: isRetry) == expected)
    }

    @Test("RFC 9111 §4.3.5: the answer to a HEAD updates what is stored, unless it is one person's")
    func head() {
        let purpose = Fill.Purpose.pass(.updates(Make.stored(age: 100)))
        #expect(Self.decide(purpose, Make.response(200)) == "update")
        let personal = Fields([("Authorization", "NTLM TlRMTVNTUAAB")])
        #expect(Self.decide(purpose, Make.response(200), fields: personal) == "deliver")
    }
}

extension AnswerDecision {
    fileprivate var word: String {
        switch self {
        case .deliver: "deliver"
        case .combine(let combined): "combine \(combined.response.status)"
        case .freshen: "freshen"
        case .update: "update"
        case .invalidate: "invalidate"
        case .retry: "retry"
        case .fail(let error): "fail \(error.kind.rawValue)"
        }
    }
}

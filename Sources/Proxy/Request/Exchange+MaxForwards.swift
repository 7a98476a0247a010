// Requests that are about the way they take rather than about a picture: TRACE and OPTIONS with Max-Forwards (RFC 9110
// §7.6.2), and those that have come round in a circle (RFC 8586).

import HTTPMessage
import NIOCore

extension Exchange {
    /// How many times the request may still be forwarded; nil where nothing says so, or its method is another.
    var forwardsLeft: UInt64? {
        guard methodText == "TRACE" || methodText == "OPTIONS" else { return nil }
        let values = fields.all("Max-Forwards")
        return values.count == 1 ? Decimal.parse(values[0]) : nil
    }

    /// Answers what must go no further; false for everything else.
    func answerAsFinalRecipient() -> Bool {
        if methodText == "TRACE", head.framing != .none {
            refuseBody(400, "A TRACE request has no content (RFC 9110 §9.3.8).")
            return true
        }
        guard forwardsLeft == 0 else { return false }
        if methodText == "TRACE" {
            answerWithRequest()
        } else {
            answerEmpty(Fields([("Allow", "GET, HEAD, OPTIONS, TRACE")]))
        }
        return true
    }

    /// Refuses a request that this larder has forwarded before; false for others.
    func refuseLoop() -> Bool {
        guard head.marks.contains(.cdnLoop), LoopID.isNamed(state.settings.loopID, in: fields) else { return false }
        state.counters.add(.loops)
        // It is not forwarded after all.
        reason = nil
        answerOwn(
            508,
            "The request has passed this larder (\(state.settings.loopID)) before: an origin leads back to it.",
            "loop",
            more: Fields([("Proxy-Status", OwnResponse.proxyStatus("proxy_loop_detected"))])
        )
        return true
    }

    /// The request as it was received, without what must stay between client and larder (RFC 9110 §9.3.8).
    private func answerWithRequest() {
        var bytes = Array("\(methodText) \(targetText) HTTP/1.\(head.minorVersion)\r\n".utf8)
        var shown = fields
        for name in ["Authorization", "Proxy-Authorization", "Cookie"] { shown.removeAll(name) }
        shown.write(into: &bytes)
        bytes.append(literal: "\r\n")
        let head = Fields([
            ("Date", HTTPDate.format(SystemClock.now)), ("Content-Type", "message/http"), ("Cache-Control", "no-store"),
        ])
        answerBytes(head, ByteBuffer(bytes: bytes))
    }

    private func answerEmpty(_ fields: Fields) {
        var fields = fields
        fields.append(name: "Date", value: HTTPDate.format(SystemClock.now))
        answerBytes(fields, ByteBuffer())
    }
}

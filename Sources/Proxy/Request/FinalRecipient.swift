// Value. Requests that must not be forwarded: TRACE and OPTIONS whose Max-Forwards is used up (RFC 9110 §7.6.2). Pure but
// for the date.

import HTTPMessage
import NIOCore

enum FinalRecipient {
    enum Response {
        case complete(Fields, ByteBuffer)
        /// The request has a body that its method does not allow.
        case refused(Refusal)
    }

    /// What larder answers itself; nil for a request that is forwarded or served.
    static func response(to request: ClientRequest, at now: WallTime) -> Response? {
        guard request.head.method == .other else { return nil }
        let isTrace = request.methodText == "TRACE"
        if isTrace, request.head.framing != .none {
            return .refused(.traceBody)
        }
        guard request.forwardsLeft == 0 else { return nil }
        let date = ("Date", HTTPDate.format(now))
        if isTrace {
            let fields = Fields([date, ("Content-Type", "message/http"), ("Cache-Control", "no-store")])
            return .complete(fields, echo(request))
        }
        return .complete(Fields([("Allow", "GET, HEAD, OPTIONS, TRACE"), date]), ByteBuffer())
    }

    /// The request as it was received, without what must stay between client and larder (RFC 9110 §9.3.8).
    private static func echo(_ request: ClientRequest) -> ByteBuffer {
        let line = "\(request.methodText) \(request.targetText) HTTP/1.\(request.head.minorVersion)\r\n"
        var bytes = Array(line.utf8)
        var shown = request.fields
        for name in ["Authorization", "Proxy-Authorization", "Cookie"] { shown.removeAll(name) }
        shown.write(into: &bytes)
        bytes.append(literal: "\r\n")
        return ByteBuffer(bytes: bytes)
    }
}

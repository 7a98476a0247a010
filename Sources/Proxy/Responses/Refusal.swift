// Value. A response of larder's own to a request that it cannot serve.

import HTTPCaching
import HTTPMessage
import Origins
import Runtime

struct Refusal {
    let status: Int
    let text: String
    /// A detail for Cache-Status.
    var detail: String?
    var fields = Fields()

    /// The request's body is longer than the limit, in bytes.
    static func longBody(limit: Int64) -> Refusal {
        Refusal(status: 413, text: "The request's body is over the limit of \(limit) bytes.")
    }

    static let malformedBody = Refusal(status: 400, text: "The request's body is not framed as its head says.")

    /// TRACE requests have no content.
    static let traceBody = Refusal(status: 400, text: "A TRACE request has no content (RFC 9110 §9.3.8).")

    /// The client does not want an origin to be asked (RFC 9111 §5.2.1.7).
    static func directive(_ status: Int, _ reason: RefuseReason) -> Refusal {
        let text = "Nothing stored can answer, and the request asked for nothing else."
        return Refusal(status: status, text: text, detail: reason.rawValue)
    }

    /// The request has passed the larder of this identity before (RFC 8586).
    static func loop(_ identity: String) -> Refusal {
        Refusal(
            status: 508,
            text: "The request has passed this larder (\(identity)) before: an origin leads back to it.",
            detail: "loop",
            fields: Fields([("Proxy-Status", OwnResponse.proxyStatus("proxy_loop_detected"))])
        )
    }

    /// Too many requests wait for the disk.
    static let disk = Refusal(
        status: 503,
        text: "The disk of the cache is late, and too many requests wait for it.",
        detail: "disk-queue",
        fields: Fields([("Retry-After", "1")])
    )
}

extension Refusal {
    /// No origin could respond; Proxy-Status has the reason (RFC 9209).
    init(_ error: OriginError) {
        let (status, word) = error.kind.answer
        var fields = Fields([("Proxy-Status", OwnResponse.proxyStatus(word))])
        if status >= 500 {
            let seconds = error.retryAfter.map { max(1, $0.wholeSeconds + 1) } ?? 1
            fields.append(name: "Retry-After", value: String(seconds))
        }
        self.init(
            status: status,
            text: "No origin could answer: \(error.kind.rawValue).",
            detail: error.kind.rawValue,
            fields: fields
        )
    }
}

extension OriginError.Kind {
    /// The status for the client, and the error type of RFC 9209 §2.3.
    fileprivate var answer: (status: Int, word: String) {
        switch self {
        case .connectionRefused: (502, "connection_refused")
        case .unreachable: (502, "destination_ip_unroutable")
        case .dnsFailure: (502, "dns_error")
        case .tlsFailure: (502, "tls_protocol_error")
        case .connectTimeout: (504, "connection_timeout")
        case .firstByteTimeout: (504, "http_response_timeout")
        case .stalled, .heldUp: (504, "connection_read_timeout")
        case .reset: (502, "connection_terminated")
        case .truncated: (502, "http_response_incomplete")
        case .malformed: (502, "http_protocol_error")
        case .tooLarge: (502, "http_response_header_section_size")
        case .overloaded: (503, "destination_unavailable")
        case .queueFull, .queueTimeout: (503, "connection_limit_reached")
        case .badRequest, .requestBody: (400, "http_request_error")
        case .denied: (502, "proxy_configuration_error")
        case .redirect: (502, "http_protocol_error")
        case .fileSystem: (502, "destination_unavailable")
        case .unreadable: (403, "http_request_denied")
        case .cancelled, .badURL, .resources: (502, "proxy_internal_error")
        }
    }
}

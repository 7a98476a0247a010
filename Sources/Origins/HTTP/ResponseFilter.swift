// Value. The stage between the HTTP transports and the fetch: follows redirects, and recognizes an object store's
// refusals. Their bodies are read to the end, within bounds, so that the connection can be used again. Each attempt
// owns one. Pure.

import HTTPMessage
import NIOCore

/// Separates responses for the fetch from internal ones.
struct ResponseFilter {
    /// The limit in bytes of an internal response's body: a page for people, or a few lines of XML.
    static let maximumBytes = 64 * 1024

    /// One request of the attempt: to the origin, or to the target of a redirect.
    struct Hop {
        let base: String
        let target: String
        let peer: EasyHandle.Peer
    }

    /// A response that is not for the fetch.
    private enum Internal {
        /// `dropped` counts the bytes of its body.
        case redirect(Location, dropped: Int)
        /// The body contains the reason of the store's refusal.
        case denied(status: Int, body: ByteBuffer)
    }

    /// The decision about a response.
    enum Verdict {
        case forward(ReceivedHead)
        case keep
        /// A redirect that is not followed.
        case refused(String)
    }

    /// The next step after an internal response.
    enum Conclusion {
        /// Send a request to the present hop.
        case ask
        /// The store refuses, for this reason.
        case denied(String)
    }

    let service: HTTPService
    private let maximumRedirects: Int
    private(set) var hop: Hop
    private var redirects = 0
    /// Whether a redirect led to another server.
    private var hasLeft = false
    private var pending: Internal?

    init(_ service: HTTPService, maximumRedirects: Int, target: String) {
        (self.service, self.maximumRedirects) = (service, maximumRedirects)
        hop = Hop(base: service.base, target: target, peer: .origin)
    }

    /// Whether the response in progress is internal.
    var isPending: Bool { pending != nil }

    /// Looks at a final head.
    mutating func judge(_ head: ReceivedHead, method: String) -> Verdict {
        if let store = service.store { return judge(head, of: store) }
        guard maximumRedirects > 0, [301, 302, 303, 307, 308].contains(head.status),
            method == "GET" || method == "HEAD",
            let reference = head.fields.first("Location")
        else { return .forward(head) }
        guard redirects < maximumRedirects else { return .refused("more than \(maximumRedirects) redirects") }
        guard let here = Location(base: hop.base, target: hop.target),
            let there = Location(base: hop.base, target: hop.target, reference: reference)
        else { return .refused("Location is not a URL of HTTP") }
        guard there.scheme == here.scheme else { return .refused("to another scheme (\(there.scheme))") }
        guard !there.hasUser else { return .refused("to a URL with a user's name") }
        pending = .redirect(there, dropped: 0)
        return .keep
    }

    /// Separates a store's responses about an object from those about larder: its keys, its region, its clock.
    private mutating func judge(_ head: ReceivedHead, of store: ObjectStore) -> Verdict {
        switch head.status {
        case 403 where store.forbiddenMeansMissing:
            let missing = ReceivedHead(
                status: 404,
                reason: "Not Found",
                fields: head.fields,
                contentLength: head.contentLength,
                version: head.version
            )
            return .forward(missing)
        case 304, 404, 410, 412, 416, 429: return .forward(head)
        case 300..<500:
            pending = .denied(status: head.status, body: ByteBuffer())
            return .keep
        default: return .forward(head)
        }
    }

    /// Keeps bytes of an internal response.
    ///
    /// - Returns: Whether more may come.
    mutating func hold(_ bytes: ByteBuffer) -> Bool {
        switch pending {
        case .redirect(let location, let dropped):
            guard dropped + bytes.readableBytes <= Self.maximumBytes else { return false }
            pending = .redirect(location, dropped: dropped + bytes.readableBytes)
        case .denied(let status, var body):
            guard body.readableBytes + bytes.readableBytes <= Self.maximumBytes else { return false }
            body.writeImmutableBuffer(bytes)
            pending = .denied(status: status, body: body)
        case nil: return false
        }
        return true
    }

    /// The internal response is over, or enough of it.
    ///
    /// - Parameter isOrigin: Whether the server of an authority is an origin of the configuration.
    /// - Returns: nil if the response was for the fetch.
    mutating func conclude(isOrigin: (String) -> Bool) -> Conclusion? {
        defer { pending = nil }
        switch pending {
        case nil: return nil
        case .denied(let status, let body):
            let said = Self.errorCode(in: String(buffer: body)).map { " \($0)" } ?? ""
            return .denied("it answered \(status)\(said)")
        case .redirect(let location, _):
            redirects += 1
            // Only the origin gets credentials, and not even the origin after another server has chosen the target.
            if !hasLeft, location.authority == service.authority {
                hop = Hop(base: service.base, target: location.target, peer: .origin)
            } else {
                hasLeft = true
                let peer: EasyHandle.Peer = isOrigin(location.authority) ? .otherOrigin : .stranger
                hop = Hop(base: location.base, target: location.target, peer: peer)
            }
            return .ask
        }
    }

    /// The text between <Code> and </Code>: a word such as SignatureDoesNotMatch.
    private static func errorCode(in xml: String) -> Substring? {
        guard let start = xml.firstRange(of: "<Code>")?.upperBound else { return nil }
        let code = xml[start...].prefix { $0.isLetter && $0.isASCII }
        return code.isEmpty || code.utf8.count > 64 ? nil : code
    }
}

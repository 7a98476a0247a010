// Answers that are not for the exchange: redirects that are followed, and an object store's refusals. Their bodies are
// taken to their end, within bounds, so that the connection can be used again; then what they are for is done.

import HTTPMessage
import NIOCore

extension HTTPAttempt {
    /// The most bytes taken of such a body: it is a page for people, or a few lines of XML.
    static let maximumAside = 64 * 1024

    /// What an answer that is not for the exchange is for.
    enum Aside {
        /// Ask there. `dropped` counts the bytes of its body.
        case redirect(Location, dropped: Int)
        /// Tell why the store refuses; the body says it.
        case denied(status: Int, body: ByteBuffer)
    }

    /// What becomes of an answer.
    enum Verdict {
        case answer(ReceivedHead)
        case aside(Aside)
        /// A redirect that is not followed.
        case refused(String)
    }

    // MARK: Inside libcurl

    /// Looks at the final head of an answer.
    func verdict(on head: ReceivedHead) -> Verdict {
        if let store = service.store { return verdict(on: head, of: store) }
        guard lane.settings.maximumRedirects > 0, [301, 302, 303, 307, 308].contains(head.status),
            let request = exchange?.request, request.method == "GET" || request.method == "HEAD",
            let reference = head.fields.first("Location")
        else { return .answer(head) }
        guard redirects < lane.settings.maximumRedirects else {
            return .refused("more than \(lane.settings.maximumRedirects) redirects")
        }
        guard let here = Location(base: asked.base, target: asked.target),
            let there = Location(base: asked.base, target: asked.target, reference: reference)
        else { return .refused("Location is not a URL of HTTP") }
        guard there.scheme == here.scheme else { return .refused("to another scheme (\(there.scheme))") }
        guard !there.hasUser else { return .refused("to a URL with a user's name") }
        return .aside(.redirect(there, dropped: 0))
    }

    /// Tells a store's answers about an object, which are for the exchange, from those about larder: its keys, its region,
    /// its clock.
    private func verdict(on head: ReceivedHead, of store: ObjectStore) -> Verdict {
        switch head.status {
        case 403 where store.forbiddenMeansMissing:
            let missing = ReceivedHead(
                status: 404,
                reason: "Not Found",
                fields: head.fields,
                contentLength: head.contentLength,
                version: head.version
            )
            return .answer(missing)
        case 304, 404, 410, 412, 416, 429: return .answer(head)
        case 300..<500: return .aside(.denied(status: head.status, body: ByteBuffer()))
        default: return .answer(head)
        }
    }

    /// Whether bytes that are not for the exchange are still taken; nil ends the transfer.
    func acceptsAside(_ count: Int) -> OriginFlow? {
        switch aside {
        case .redirect(_, let dropped): dropped + count <= Self.maximumAside ? .proceed : nil
        case .denied(_, let body): body.readableBytes + count <= Self.maximumAside ? .proceed : nil
        case nil: nil
        }
    }

    /// Takes bytes that are not for the exchange.
    func takeAside(_ buffer: ByteBuffer) {
        switch aside {
        case .redirect(let location, let dropped):
            aside = .redirect(location, dropped: dropped + buffer.readableBytes)
        case .denied(let status, var body):
            body.writeImmutableBuffer(buffer)
            aside = .denied(status: status, body: body)
        case nil: break
        }
    }

    // MARK: Outside libcurl

    /// The answer is over, or enough of it.
    func conclude(_ aside: Aside) {
        self.aside = nil
        switch aside {
        case .denied(let status, let body):
            let said = Self.errorCode(in: String(buffer: body)).map { " \($0)" } ?? ""
            end(fault(.denied, "ask the object store", detail: "it answered \(status)\(said)"))
        case .redirect(let location, _):
            redirects += 1
            let peer = peer(at: location)
            askAgain(peer == .origin ? service.base : location.base, location.target, of: peer)
        }
    }

    /// Who is asked; credentials go to the origin alone, and to it no more once another has said what to ask it for.
    private func peer(at location: Location) -> EasyHandle.Peer {
        if !hasLeft, location.authority == service.authority { return .origin }
        hasLeft = true
        let isNamed = engine.lanes.contains { lane in
            if case .http(let service) = lane.origin.kind { service.authority == location.authority } else { false }
        }
        return isNamed ? .otherOrigin : .stranger
    }

    /// What stands between <Code> and </Code>: a word such as SignatureDoesNotMatch.
    static func errorCode(in xml: String) -> Substring? {
        guard let start = xml.firstRange(of: "<Code>")?.upperBound else { return nil }
        let code = xml[start...].prefix { $0.isLetter && $0.isASCII }
        return code.isEmpty || code.utf8.count > 64 ? nil : code
    }
}

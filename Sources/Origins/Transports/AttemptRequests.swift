// Confined to the origin thread. The requests that one attempt sends, one after the other: the first, those to which redirects
// lead, and one again on a new connection. It has the transport of the present request and the filter of the responses.
// Invariant: it calls no transport but to make it, because a transport may end the attempt.

import HTTPMessage
import NIOCore

/// What an attempt sends, and over what.
struct AttemptRequests {
    /// What follows the end of a response that is not for the fetch.
    enum Conclusion {
        /// Send the present request, which leads on from the last.
        case ask
        /// End with the error for which the response was refused.
        case refused(OriginError)
        /// Why an object store refuses.
        case denied(String)
    }

    /// The transport of the present request.
    private(set) var transport: (any Transport)?
    /// The stage of an HTTP origin; nil for files.
    private var filter: ResponseFilter?
    private var isRepeated = false
    /// The error that the attempt ends with when its transport has finished.
    private var refusal: OriginError?

    /// Whether the attempt ends with an error, or continues, once its transport has finished.
    var hasRefused: Bool { refusal != nil || isPending }

    /// Whether the response in progress is not for the fetch.
    var isPending: Bool { filter?.isPending == true }

    /// The first request is to a file.
    mutating func begin(_ files: FileOrigin, _ request: FileRequest, for attempt: Attempt) {
        transport = FileTransport(attempt, files, request: request)
    }

    /// The first request is to a server.
    mutating func begin(_ service: HTTPService, target: String, maximumRedirects: Int) {
        filter = ResponseFilter(service, maximumRedirects: maximumRedirects, target: target)
    }

    /// Makes the transport of the present request to a server.
    ///
    /// - Returns: nil if the request cannot be sent.
    mutating func makeTransport(_ request: OriginRequest, for attempt: Attempt) -> (any Transport)? {
        guard let hop = filter?.hop, let service = filter?.service else { return nil }
        guard let lines = RequestLines(request, attempt.pool.origin, base: hop.base, to: hop.peer) else { return nil }
        if hop.peer == .origin, service.isPlain, !request.isSingle, request.isRead {
            let target = hop.target
            transport = CleartextTransport(attempt, service, request, lines, target: target, isFresh: isRepeated)
        } else {
            transport = CurlTransport(attempt, request, lines, hop, isFresh: request.isSingle || isRepeated)
        }
        return transport
    }

    /// Gives out the transport, which is to be stopped.
    mutating func takeTransport() -> (any Transport)? {
        defer { transport = nil }
        return transport
    }

    /// Has the next transport make a connection of its own.
    ///
    /// - Returns: False if a request was repeated before, or there is no server.
    mutating func repeatOnce() -> Bool {
        guard !isRepeated, filter != nil else { return false }
        isRepeated = true
        return true
    }

    /// Whether a response is for the fetch.
    mutating func judge(_ head: ReceivedHead, method: String) -> ResponseFilter.Verdict {
        filter?.judge(head, method: method) ?? .forward(head)
    }

    /// Takes bytes of a response that is not for the fetch.
    ///
    /// - Returns: Whether more may come.
    mutating func hold(_ bytes: ByteBuffer) -> Bool { filter?.hold(bytes) == true }

    /// Refuses the response in progress.
    ///
    /// - Returns: False, because it may not continue.
    mutating func refuse(_ error: OriginError) -> Bool {
        refusal = error
        return false
    }

    /// The response is over, or enough of it.
    ///
    /// - Returns: nil if it was for the fetch.
    mutating func conclude(isOrigin: (String) -> Bool) -> Conclusion? {
        if let refusal { return .refused(refusal) }
        switch filter?.conclude(isOrigin: isOrigin) {
        case nil: return nil
        case .denied(let detail): return .denied(detail)
        case .ask: return .ask
        }
    }
}

@available(*, unavailable)
extension AttemptRequests: Sendable {}  // lives on the origin thread

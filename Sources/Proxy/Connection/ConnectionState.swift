// Value. How far a client's connection has come: what it waits for and since when, whether another request may follow, and which
// of its directions are closed. `ClientConnection` owns it and performs what it decides. Pure: no clock, no socket.
// Invariants: after `end` no request is served; the output is closed only after that; nothing is taken back.

import HTTPMessage
import Runtime

struct ConnectionState {
    /// What the connection does next.
    enum Action: Equatable {
        /// Nothing new.
        case keep
        /// Serve the requests that have come.
        case serve
        /// Serve no more; close once everything written is out.
        case end
        /// Close the output and wait for the client to close its side.
        case linger
        case close
    }

    /// What has taken too long.
    enum Expiry: Equatable {
        case nothing
        /// No request came.
        case idle
        /// A head has not come whole.
        case head
        /// The client does not read the response.
        case stuck
        /// The client has not closed its side.
        case linger
        /// Nothing here: a response is in progress, which has limits of its own.
        case response

        /// What counts how often it happens.
        var counter: Counter? {
            switch self {
            case .idle: .limitIdle
            case .head: .limitHeadTimeout
            case .stuck: .limitSend
            case .nothing, .linger, .response: nil
            }
        }
    }

    private enum Waiting {
        case request
        case head
        case response
    }

    private var waiting = Waiting.request
    private var since: Instant
    /// No request is served after this one.
    private(set) var isLast = false
    /// No request is served any more; what was written still goes out.
    private(set) var hasEnded = false
    /// The client has closed its side.
    private(set) var isInputClosed = false
    private(set) var isOutputClosed = false

    /// The time that a client has to close its side after ours, so that it can read the last response.
    static let lingerTime = Duration.milliseconds(500)

    /// Waits for the first request.
    init(at now: Instant) { since = now }

    /// Whether a response in progress, or else another request, may be served.
    @inline(__always)
    func mayServe(isInProgress: Bool) -> Bool { !hasEnded && (!isLast || isInProgress) }

    // MARK: Requests

    /// A part of a head has come.
    mutating func awaitHead(at now: Instant) {
        if waiting == .head { return }
        waiting = .head
        since = now
    }

    /// A head has come whole; its response begins.
    @inline(__always)
    mutating func beginResponse(isLast: Bool) {
        if isLast { self.isLast = true }
        waiting = .response
    }

    /// The response has been written whole.
    @inline(__always)
    mutating func finishResponse(keepAlive: Bool, at now: Instant) -> Action {
        if !keepAlive { isLast = true }
        if isLast { return .end }
        waiting = .request
        since = now
        return .serve
    }

    /// No request is served after this one: the end of its response is that of the connection.
    mutating func makeLast() { isLast = true }

    /// Whether another request may follow, in the terms of the version of this one.
    @inline(__always)
    func persistence(after head: RequestHead, isDraining: Bool) -> HeadWriter.Persistence {
        guard head.keepAlive, !isLast, !isDraining else { return .closes }
        return .stays(isHTTP10: head.minorVersion == 0)
    }

    // MARK: The end

    /// The client has closed its side; what it has asked for is still answered.
    mutating func closeInput() -> Action {
        guard !isInputClosed else { return .keep }
        isInputClosed = true
        if isOutputClosed { return .close }
        return hasEnded ? .keep : .serve
    }

    /// larder stops: a connection without a response in progress ends, another one after its response.
    mutating func drain(isInProgress: Bool) -> Action {
        isLast = true
        return isInProgress ? .keep : .end
    }

    /// Ends it once everything written is out.
    ///
    /// - Returns: False if it has ended already.
    mutating func end(at now: Instant) -> Bool {
        guard !hasEnded else { return false }
        hasEnded = true
        since = now
        return true
    }

    /// Everything is written and out: closes the output.
    ///
    /// The input stays open: the kernel resets a connection that is closed with unread bytes, and the client would lose its
    /// response.
    mutating func closeOutput(at now: Instant) -> Action {
        guard hasEnded, !isOutputClosed else { return .keep }
        isOutputClosed = true
        if isInputClosed { return .close }
        since = now
        return .linger
    }

    /// Ends it now.
    mutating func close() { hasEnded = true }

    /// What has taken too long.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - limits: How long it may wait for a request, and how long a head may take.
    ///   - isStuck: Whether the client has taken nothing of the output for too long.
    ///   - isOutputEmpty: Whether everything written is out.
    func expiry(
        at now: Instant,
        _ limits: (idle: Duration, head: Duration),
        isStuck: Bool,
        isOutputEmpty: Bool
    ) -> Expiry {
        if isStuck { return .stuck }
        let waited = now - since
        guard !hasEnded else { return isOutputClosed && waited > Self.lingerTime ? .linger : .nothing }
        switch waiting {
        case .request: return waited > limits.idle && isOutputEmpty ? .idle : .nothing
        case .head: return waited > limits.head ? .head : .nothing
        case .response: return .response
        }
    }
}

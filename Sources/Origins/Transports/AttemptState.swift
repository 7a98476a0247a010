// Value. How far one attempt at an origin has come, and whether it is too slow. `Attempt` owns it and performs what it decides.
// Pure: no clock, no I/O. Invariants: it ends once; bytes count only while it is in `body`.

import Runtime

/// The state of one attempt.
struct AttemptState {
    /// A body that is being received.
    struct Body: Equatable {
        /// Its length by its Content-Range; nil if only the framing limits it.
        let length: Int64?
        var isTooLong = false
    }

    enum Phase: Equatable {
        /// Waits for a connection.
        case queued
        case connecting
        /// The request's content is being sent.
        case sending
        case awaitingHead
        case body(Body)
        case ended
    }

    /// What follows from a deadline.
    enum Expiry: Equatable {
        case none
        /// Enough has come: watch the next window.
        case watch
        case fail(OriginError.Kind, operation: String)
    }

    /// What is wrong with a body that has ended.
    enum BodyFault: Equatable {
        case tooLong
        case tooShort
    }

    private(set) var phase = Phase.queued
    /// The bytes of the body so far.
    private(set) var bytes: UInt64 = 0
    /// The bytes of the request's content so far.
    private(set) var sentBytes: Int64 = 0
    /// Whether the receiver refuses bytes, so that its slowness is not the origin's.
    private(set) var isReceivingPaused = false
    /// Whether the sender has no content at the moment.
    private(set) var isSendingPaused = false
    private var stall = Stall()

    var hasEnded: Bool { phase == .ended }

    /// Whether the receiver, or the sender of content, makes the origin wait.
    var isHeldUp: Bool { isReceivingPaused || isSendingPaused && phase == .sending }

    /// What an error of the connection interrupts.
    var operation: String {
        switch phase {
        case .queued, .connecting, .ended: "connect"
        case .sending: "send request"
        case .awaitingHead: "receive head"
        case .body: "receive body"
        }
    }

    mutating func connect() {
        phase = .connecting
    }

    /// The request goes out, its content follows.
    mutating func send() {
        phase = .sending
        stall = Stall()
    }

    mutating func awaitHead() {
        phase = .awaitingHead
    }

    mutating func receiveBody(length: Int64?) {
        phase = .body(Body(length: length))
        stall = Stall()
    }

    /// A new window begins in which the transfer must make progress.
    mutating func watch() {
        stall = Stall()
    }

    /// Whether more bytes of the body may come; false if it has ended or becomes longer than its Content-Range.
    mutating func accepts(_ count: Int) -> Bool {
        guard case .body(var body) = phase else { return !hasEnded }
        guard let length = body.length, Int64(bytes) + Int64(count) > length else { return true }
        body.isTooLong = true
        phase = .body(body)
        return false
    }

    /// Bytes of the body were taken.
    mutating func received(_ count: Int) {
        bytes += UInt64(count)
        stall.count(count)
    }

    /// Bytes of content were sent.
    mutating func sent(_ count: Int) {
        sentBytes += Int64(count)
        stall.count(count)
    }

    // The window of a pause, and that of its end, cannot be judged.

    mutating func pauseReceiving() {
        isReceivingPaused = true
        stall.isExcused = true
    }

    /// - Returns: Whether it was paused.
    mutating func resumeReceiving() -> Bool {
        guard isReceivingPaused else { return false }
        isReceivingPaused = false
        stall.isExcused = true
        return true
    }

    mutating func pauseSending() {
        isSendingPaused = true
        stall.isExcused = true
    }

    /// - Returns: Whether it was paused.
    mutating func resumeSending() -> Bool {
        guard isSendingPaused else { return false }
        isSendingPaused = false
        stall.isExcused = true
        return true
    }

    /// The deadline has come.
    ///
    /// - Parameter window: The time in which a body must make progress.
    func expire(stallTimeout window: Duration) -> Expiry {
        switch phase {
        case .queued: .fail(.queueTimeout, operation: "wait for a connection")
        case .connecting: .fail(.connectTimeout, operation: "connect")
        case .awaitingHead: .fail(.firstByteTimeout, operation: "await response")
        case .sending, .body:
            if isHeldUp || stall.isExcused || stall.isEnough(for: window) {
                .watch
            } else {
                .fail(.stalled, operation: phase == .sending ? "send body" : "receive body")
            }
        case .ended: .none
        }
    }

    /// What is wrong with the body where it ends now.
    ///
    /// - Parameter isComplete: Whether it ends without an error.
    func bodyFault(isComplete: Bool) -> BodyFault? {
        guard case .body(let body) = phase, let length = body.length else { return nil }
        if body.isTooLong { return .tooLong }
        return isComplete && bytes < UInt64(length) ? .tooShort : nil
    }

    /// Ends it.
    ///
    /// - Returns: Whether it had a response; nil if it had ended already.
    mutating func end() -> Bool? {
        guard !hasEnded else { return nil }
        defer { phase = .ended }
        if case .body = phase { return true }
        return false
    }
}

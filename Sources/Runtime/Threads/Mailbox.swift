// Shared. A queue from many senders to one thread, which takes all messages at once. A sender wakes the thread only if
// it may be asleep.
//
// A message is never dropped, because its sender has no other receiver for it. So the limit is one that a working
// receiver does not reach. Reaching it is counted, and reported once until the queue is empty again.

#if THREAD_SANITIZER
import Synchronization
#else
public import Synchronization
#endif

/// A sleeping thread that can be woken.
public protocol Wakeable: Sendable {
    func wake()
}

/// A thread's queue of messages.
public final class Mailbox<Message: Sendable, Receiver: Wakeable>: Sendable {
    @usableFromInline
    struct State: Sendable {
        @usableFromInline var messages: [Message] = []
        @usableFromInline var isClosed = false
        @usableFromInline var isAsleep = false
        @usableFromInline var timesFull = 0
        @usableFromInline init() {}
    }

    @usableFromInline let state = Lock(State())
    @usableFromInline let limit: Int
    @usableFromInline let onLimit: @Sendable () -> Void
    /// Wakes the receiver.
    public let receiver: Receiver

    /// Makes an empty mailbox.
    ///
    /// - Parameters:
    ///   - limit: Messages that wait before it counts as full.
    ///   - receiver: The thread to wake.
    ///   - onLimit: Called by the sender that reaches the limit; must not wait.
    public init(limit: Int, receiver: Receiver, onLimit: @escaping @Sendable () -> Void = {}) {
        self.limit = limit
        self.receiver = receiver
        self.onLimit = onLimit
    }

    /// How often the limit was reached.
    public var timesFull: Int { state.withLock { $0.timesFull } }

    /// Adds a message; any thread.
    ///
    /// - Returns: False if the mailbox is closed: the message is dropped.
    @inlinable
    @discardableResult
    public func post(_ message: consuming Message) -> Bool {
        // Moved through an optional, because a closure cannot consume a captured value, and a copy of a message costs
        // as much as the rest of this.
        var slot = Optional(message)
        let (isOpen, mustWake, isFull) = state.withLock { state in
            guard !state.isClosed, let message = slot.take() else { return (false, false, false) }
            state.messages.append(message)
            let mustWake = state.isAsleep
            state.isAsleep = false
            guard state.messages.count == limit else { return (true, mustWake, false) }
            state.timesFull += 1
            return (true, mustWake, true)
        }
        if mustWake { receiver.wake() }
        if isFull { onLimit() }
        return isOpen
    }

    /// Accepts no more messages; the receiver may still take the waiting ones.
    public func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if mustWake { receiver.wake() }
    }

    // MARK: The receiver

    /// Takes all messages; marks the receiver as awake.
    @inlinable
    public func take() -> [Message] {
        state.withLock { state in
            state.isAsleep = false
            guard !state.messages.isEmpty else { return [] }
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Swaps all messages for an empty array, whose memory is reused; marks the receiver as awake.
    @inlinable
    public func take(into batch: inout [Message]) {
        precondition(batch.isEmpty, "a batch is worked off before the next is taken")
        state.withLock { state in
            state.isAsleep = false
            swap(&state.messages, &batch)
        }
    }

    /// Marks the receiver as asleep: it wants to be woken.
    ///
    /// - Returns: False if messages wait: the receiver stays awake.
    @inlinable
    public func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.messages.isEmpty
            return state.isAsleep
        }
    }
}

extension Mailbox where Receiver == CountingSemaphore {
    /// Makes an empty mailbox for a thread that waits for nothing else.
    public convenience init(limit: Int, onLimit: @escaping @Sendable () -> Void = {}) {
        self.init(limit: limit, receiver: CountingSemaphore(), onLimit: onLimit)
    }

    /// Takes the messages so far, or waits for the first.
    ///
    /// - Parameter patience: The longest wait.
    /// - Returns: The messages; empty when the time is over; nil once the mailbox is closed and empty.
    @inlinable
    public func next(within patience: Duration) -> [Message]? {
        let deadline = Instant.now + patience
        while true {
            let (batch, isOver) = state.withLock { state -> ([Message], Bool) in
                if state.messages.isEmpty {
                    state.isAsleep = !state.isClosed
                    return ([], state.isClosed)
                }
                let batch = state.messages
                state.messages = []
                return (batch, false)
            }
            if isOver { return nil }
            if !batch.isEmpty { return batch }
            if !receiver.wait(until: deadline) {
                let wasAsleep = state.withLock { state in
                    defer { state.isAsleep = false }
                    return state.isAsleep
                }
                // A sender reset the flag between the time-out and now: its signal is under way and must be consumed.
                guard !wasAsleep else { return [] }
                receiver.wait()
            }
        }
    }
}

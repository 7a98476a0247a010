// Shared. A queue from many senders to one thread, which takes everything at once. A sender wakes the thread only where
// it may be asleep.
//
// A message is never dropped, since its sender has nobody else to give it to. So the bound is one that a working
// receiver does not reach: reaching it is counted and reported once until the queue is empty again.

#if THREAD_SANITIZER
import Synchronization
#else
public import Synchronization
#endif

/// What wakes a thread.
public protocol Bell: Sendable {
    func ring()
}

/// A thread's queue of messages.
public final class Mailbox<Message: Sendable, Waker: Bell>: Sendable {
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
    public let bell: Waker

    /// Makes an empty mailbox.
    ///
    /// - Parameters:
    ///   - limit: Messages that wait before it counts as full.
    ///   - bell: Wakes the receiver.
    ///   - onLimit: Called by the sender that reaches the limit; must not wait.
    public init(limit: Int, bell: Waker, onLimit: @escaping @Sendable () -> Void = {}) {
        self.limit = limit
        self.bell = bell
        self.onLimit = onLimit
    }

    /// How often the limit was reached.
    public var timesFull: Int { state.withLock { $0.timesFull } }

    /// Leaves a message; any thread.
    ///
    /// - Returns: False if the mailbox is closed: the message is dropped.
    @inlinable
    @discardableResult
    public func post(_ message: consuming Message) -> Bool {
        // Moved through an optional, since a closure cannot consume what it captures: a copy of a message costs as much as the
        // rest of this.
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
        if mustWake { bell.ring() }
        if isFull { onLimit() }
        return isOpen
    }

    /// Takes no more messages; the receiver may still take what is there.
    public func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if mustWake { bell.ring() }
    }

    // MARK: The receiver

    /// Takes all messages; the receiver is awake.
    @inlinable
    public func take() -> [Message] {
        state.withLock { state in
            state.isAsleep = false
            guard !state.messages.isEmpty else { return [] }
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Exchanges all messages for an empty array, whose space is used again; the receiver is awake.
    @inlinable
    public func take(into batch: inout [Message]) {
        precondition(batch.isEmpty, "a batch is worked off before the next is taken")
        state.withLock { state in
            state.isAsleep = false
            swap(&state.messages, &batch)
        }
    }

    /// Says that the receiver sleeps from now on, and wants to be woken.
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

extension Mailbox where Waker == CountingSemaphore {
    /// Makes an empty mailbox for a thread that waits for nothing else.
    public convenience init(limit: Int, onLimit: @escaping @Sendable () -> Void = {}) {
        self.init(limit: limit, bell: CountingSemaphore(), onLimit: onLimit)
    }

    /// Takes the messages so far, waiting for the first.
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
            if !bell.wait(until: deadline) {
                let wasAsleep = state.withLock { state in
                    defer { state.isAsleep = false }
                    return state.isAsleep
                }
                // A sender took the flag between the time-out and here: its signal is under way and must be taken.
                guard !wasAsleep else { return [] }
                bell.wait()
            }
        }
    }
}

// Shared. The content of a request on its way to an origin: the connection's loop appends, the origin thread reads.
// Invariants: the queue is bounded; the origin is never sent a complete request with only a part of the content.

public import NIOCore
import Runtime
import Synchronization

/// Content to upload, with back-pressure.
public final class OriginRequestBody: Sendable {
    /// The result of a read by the origin thread.
    enum Read: Equatable {
        case bytes(Int)
        /// Nothing for now: `wake` is called when there is more.
        case wait
        case end
        case failed
    }

    private enum Ending {
        case open
        case finished
        case failed
        /// The origin wants no more: further bytes are dropped.
        case abandoned
    }

    private struct State {
        var queue = CircularBuffer<ByteBuffer>()
        var queued = 0
        var total: Int64 = 0
        var ending = Ending.open
        var readerWaits = false
        var writerWaits = false
        var wake: (@Sendable () -> Void)?

        /// The function to call, outside the lock, if the reader waits.
        mutating func takeWake() -> (@Sendable () -> Void)? {
            guard readerWaits else { return nil }
            readerWaits = false
            return wake
        }
    }

    /// The declared length; nil for content that is sent chunked.
    public let length: Int64?
    private let mark: Int
    private let onWritable: @Sendable () -> Void
    private let state = Lock(State())

    /// Makes an empty body.
    ///
    /// - Parameters:
    ///   - length: The declared length, nil when unknown.
    ///   - mark: The queued bytes at which the writer must pause; four times as many fail the request.
    ///   - onWritable: Called on the origin thread when less than half the mark is queued after a pause.
    public init(length: Int64?, mark: Int = 256 * 1024, onWritable: @escaping @Sendable () -> Void = {}) {
        self.length = length
        self.mark = mark
        self.onWritable = onWritable
    }

    /// Adds bytes; any thread, one at a time.
    ///
    /// - Parameter bytes: The next bytes.
    /// - Returns: `.pause` when enough is queued: wait for `onWritable`.
    public func append(_ bytes: ByteBuffer) -> OriginFlow {
        let count = bytes.readableBytes
        let (flow, wake) = state.withLock { state -> (OriginFlow, (@Sendable () -> Void)?) in
            guard state.ending == .open, count > 0 else { return (.proceed, nil) }
            state.total += Int64(count)
            state.queued += count
            if state.queued > 4 * mark || length.map({ state.total > $0 }) == true {
                state.ending = .failed
                return (.proceed, state.takeWake())
            }
            state.queue.append(bytes)
            state.writerWaits = state.queued >= mark
            return (state.writerWaits ? .pause : .proceed, state.takeWake())
        }
        wake?()
        return flow
    }

    /// The content is complete; fails the request if it is shorter than declared.
    public func finish() {
        end(.finished)
    }

    /// The content was cut off: the request must not be completed.
    public func fail() {
        end(.failed)
    }

    private func end(_ ending: Ending) {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.ending == .open else { return nil }
            let isShort = ending == .finished && length.map { state.total < $0 } == true
            state.ending = isShort ? .failed : ending
            return state.takeWake()
        }
        wake?()
    }

    /// Sets the function that wakes the origin thread to read again.
    func attach(wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wake = wake }
    }

    /// Moves queued bytes into a buffer of libcurl's; origin thread only.
    ///
    /// - Parameters:
    ///   - capacity: The room in the buffer, in bytes.
    ///   - copy: Called at most once, inside the lock, with at most `capacity` bytes.
    /// - Returns: The result.
    func read(upTo capacity: Int, copy: (ByteBuffer) -> Void) -> Read {
        let (read, isWritable) = state.withLock { state -> (Read, Bool) in
            if state.ending == .failed { return (.failed, false) }
            guard var first = state.queue.popFirst() else {
                if state.ending == .finished { return (.end, false) }
                state.readerWaits = true
                return (.wait, false)
            }
            guard let piece = first.readSlice(length: min(capacity, first.readableBytes)) else {
                return (.failed, false)
            }
            if first.readableBytes > 0 { state.queue.prepend(first) }
            copy(piece)
            state.queued -= piece.readableBytes
            let isWritable = state.writerWaits && state.queued < mark / 2
            if isWritable { state.writerWaits = false }
            return (.bytes(piece.readableBytes), isWritable)
        }
        if isWritable { onWritable() }
        return read
    }

    /// Nothing will be read any more; the writer may continue, and its bytes are dropped.
    func abandon() {
        let isWaiting = state.withLock { state in
            state.ending = .abandoned
            state.queue.removeAll()
            state.queued = 0
            state.wake = nil
            defer { state.writerWaits = false }
            return state.writerWaits
        }
        if isWaiting { onWritable() }
    }
}

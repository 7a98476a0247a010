// Shared. One fill's way into the store: bytes go to the writer thread as they arrive, small bodies at once at the end.
// The sender never waits for the disk: if the disk cannot keep up, the response is not stored.

public import NIOCore
import Runtime
import Synchronization

/// The right, and duty, to store one response: `finish` or `abort` ends it.
public final class FillWriter: Sendable {
    /// Bodies up to this are written together with their head, in one call.
    static let wholeLimit: Int64 = 64 * 1024
    /// Bodies up to this are too, as long as all of them in progress together are not longer than `longWholes`.
    static let longWholeLimit: Int64 = 1 << 20
    static let longWholes = 64 << 20
    /// A body of unknown length stays in memory up to this, then gets a volume of its own.
    static let unknownLimit = 1 << 20

    private struct State {
        var pending: [ByteBuffer] = []
        var received: Int64 = 0
        var isStreaming: Bool
        var isOver = false
        /// The reason why the response will not be stored.
        var refusal: StoreRefusal?
        var isRefusalTold = false
        /// The volume of the body, once its extent is reserved.
        var volume: Volume?
        var bodyOffset: Int64 = 0
        var written: Int64 = 0

        /// Keeps bytes of a body that is written whole; joins small pieces, because each would use memory of its own.
        mutating func keep(_ bytes: ByteBuffer) {
            if bytes.readableBytes < 4096, let last = pending.indices.last, pending[last].readableBytes < 1 << 16 {
                pending[last].writeImmutableBuffer(bytes)
            } else {
                pending.append(bytes)
            }
        }
    }

    let response: NewResponse
    let hash: UInt64
    /// The number by which the writer thread knows the fill.
    let number: UInt64
    private let store: StoreCore
    /// Bytes of `longWholes` that the body uses.
    private let reserved: Int
    private let state: Lock<State>
    /// The CRC-32C of the kept bytes.
    ///
    /// The appending thread computes it outside the lock, while the processor's cache has the bytes.
    private let checksum = Atomic<UInt32>(0)

    init(_ response: NewResponse, hash: UInt64, store: StoreCore) {
        self.response = response
        self.hash = hash
        self.store = store
        number = store.nextFill.add(1, ordering: .relaxed).oldValue
        let isLong = response.bodyLength.map { $0 > Self.wholeLimit } ?? false
        reserved = isLong ? store.reserveWhole(response.bodyLength ?? 0) : 0
        let isStreaming = isLong && reserved == 0
        state = Lock(State(isStreaming: isStreaming))
        if isStreaming { store.post(.open(self)) }
    }

    deinit {
        store.longWholes.subtract(reserved, ordering: .relaxed)
        // A fill that was released without an end gives its extent back.
        let isAbandoned = state.withLock { $0.isStreaming && !$0.isOver }
        if isAbandoned { store.post(.discard(number)) }
    }

    /// Appends the next bytes of the body; any thread, one at a time.
    ///
    /// Never waits.
    /// - Returns: The refusal that ended the storing of the fill, the first time; nil otherwise.
    public func append(_ bytes: ByteBuffer) -> StoreRefusal? {
        let (received, isKept) = state.withLock { state in
            state.received += Int64(bytes.readableBytes)
            return (state.received, !state.isStreaming && !state.isOver)
        }
        if isKept { checksum.store(bytes.crc32c(from: checksum.load(ordering: .relaxed)), ordering: .relaxed) }
        if store.backlog.load(ordering: .relaxed) > StoreCore.backlogLimit { abandon(because: .backlog) }
        if let told = response.bodyLength, received > told { abandon(because: .incomplete) }
        let (jobs, refusal) = state.withLock { state -> ([WriteJob], StoreRefusal?) in
            if let refusal = state.refusal {
                defer { state.isRefusalTold = true }
                return ([], state.isRefusalTold ? nil : refusal)
            }
            guard !state.isOver else { return ([], nil) }
            if state.isStreaming { return ([.body(self, bytes)], nil) }
            state.keep(bytes)
            guard response.bodyLength == nil, received > Self.unknownLimit else { return ([], nil) }
            state.isStreaming = true
            let pending = state.pending
            state.pending = []
            return ([.open(self)] + pending.map { .body(self, $0) }, nil)
        }
        for job in jobs { store.post(job) }
        return refusal
    }

    /// The body is complete: stores it.
    ///
    /// `completion` is called on the writer thread, or here if it is refused at once.
    public func finish(_ completion: @escaping @Sendable (StoreRefusal?) -> Void) {
        let isIncomplete = state.withLock { state in response.bodyLength.map { $0 != state.received } ?? false }
        if isIncomplete { abandon(because: .incomplete) }
        let (job, refusal) = state.withLock { state -> (WriteJob?, StoreRefusal) in
            guard !state.isOver else { return (nil, state.refusal ?? .incomplete) }
            state.isOver = true
            if state.isStreaming { return (.finish(self, completion), .closing) }
            let body = state.pending
            state.pending = []
            let checksum = checksum.load(ordering: .relaxed)
            let whole = WholeResponse(response, hash: hash, body: body, checksum: checksum, completion)
            return (.append(whole), .closing)
        }
        guard let job, store.post(job) else { return completion(refusal) }
    }

    /// The body will not be complete: nothing is stored.
    public func abort() { abandon(because: .incomplete) }

    private func abandon(because refusal: StoreRefusal) {
        guard let wasStreaming = end(because: refusal) else { return }
        store.counters.count(refusal)
        if wasStreaming { store.post(.discard(number)) }
    }

    /// Accepts no more bytes.
    ///
    /// Returns whether the body was streaming; nil if the fill was over already.
    private func end(because refusal: StoreRefusal) -> Bool? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.isOver = true
            state.refusal = refusal
            state.pending = []
            return state.isStreaming
        }
    }

    // MARK: The writer thread's side

    /// The writer thread cannot continue: the sender learns that with its next bytes, or at the end.
    ///
    /// Returns false if the fill was refused before.
    func fail(because refusal: StoreRefusal) -> Bool {
        state.withLock { state in
            guard state.refusal == nil else { return false }
            state.isOver = true
            state.refusal = refusal
            return true
        }
    }

    var refusal: StoreRefusal? { state.withLock { $0.refusal } }

    func isPlaced(in volume: Volume, bodyOffset: Int64) {
        state.withLock { state in
            state.volume = volume
            state.bodyOffset = bodyOffset
        }
    }

    func isWritten(upTo length: Int64) { state.withLock { $0.written = length } }

    /// The place of the written bytes, for a reader that fell behind: the volume, and the written part of the body.
    public var written: (volume: Volume, bodyOffset: Int64, length: Int64)? {
        state.withLock { state in state.volume.map { ($0, state.bodyOffset, state.written) } }
    }
}

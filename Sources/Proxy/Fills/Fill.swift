// Shared. One fetch from the origins, however many clients wait for it: bytes go to the store once and to every reader
// at its own pace (design §3.5).
//
// The origin thread brings head and bytes in; readers on any loop pull what they have not had. Under the lock only
// state changes; readers are told, and the store is handed bytes, outside it.
//
// Invariants: an answer is complete only after `finish` (2); one fill a key at a time (8); a reader that is slow holds
// nobody up as long as the body is stored (9).

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store
import Synchronization

final class Fill: Sendable {
    /// What a fill is for.
    enum Purpose: Sendable {
        /// Nothing usable is stored.
        case fill
        /// A stored response is to be validated.
        case validate(Stored)
        /// One client's alone, never stored.
        case pass
    }

    /// How far it is, as its readers see it.
    enum Progress: Sendable {
        case waiting
        case head(FillHead)
        /// The origin said 304: serve the stored response with this head and these facts.
        case notModified(Stored)
        /// The answer is not for others: each follower asks for itself.
        case alone(FillHead)
        case failed(OriginError)
    }

    /// What a reader gets next.
    enum Next: Sendable {
        case bytes(ByteBuffer)
        /// Bytes that left memory and are in the volume.
        case volume(Volume, Range<Int64>)
        case wait
        case end
        case broken
    }

    private struct State {
        var progress = Progress.waiting
        var body = FillBody()
        /// Takes the body, while it is being stored.
        var writer: FillWriter?
        /// Where readers find what left memory; stays when storing has to be given up.
        var spill: FillWriter?
        var isComplete = false
        var isBroken = false
        var isPaused = false
        var transfer: OriginTransfer?
        var readers: [ObjectIdentifier: (reader: FillReader, position: Int64)] = [:]
        /// Bytes were let go that are nowhere else: a newcomer could not be given the whole body.
        var isClosed = false
        var isRetried = false
        /// Nobody needs it any more; said before the transfer was known.
        var isUnwanted = false
    }

    let key: [UInt8]
    let purpose: Purpose
    /// The request as the origins get it.
    let request: OriginRequest
    let method: HTTPMessage.Method
    /// The epoch in which it began: the fence.
    let epoch: UInt32
    private let table: FillTable
    private let services: FillServices
    private let state = Mutex(State())

    /// Makes a fill; `epoch` is that of before the store was looked at for it.
    init(
        key: [UInt8],
        purpose: Purpose,
        request: OriginRequest,
        method: HTTPMessage.Method,
        epoch: UInt32,
        table: FillTable,
        services: FillServices
    ) {
        self.key = key
        self.purpose = purpose
        self.request = request
        self.method = method
        self.table = table
        self.services = services
        self.epoch = epoch
    }

    /// Asks the origins.
    ///
    /// Once.
    func start() {
        services.counters.add(.fills)
        var conditional = request
        if case .validate(let stored) = purpose {
            for line in Conditional.validationFields(storedHead: stored.fields).lines {
                conditional.fields.append(name: line.name, value: line.value)
            }
        }
        send(conditional)
    }

    private func send(_ request: OriginRequest) {
        let transfer = services.origins.send(request, to: FillReceiver(self))
        let (resume, isUnwanted) = state.withLock { state in
            state.transfer = transfer
            return (takeResume(&state), state.isUnwanted)
        }
        if isUnwanted { transfer.cancel() }
        resume?.resume()
    }

    /// True where its key was purged since it began: it answers those who came before, and nobody else.
    var isPurged: Bool { services.store.hasPurged(key, since: epoch) }

    // MARK: Readers

    /// Lets a reader in; false where the fill is past the point of being joined.
    func join(_ reader: FillReader) -> Bool {
        state.withLock { state in
            guard !state.isClosed, !state.isBroken else { return false }
            state.readers[ObjectIdentifier(reader)] = (reader, 0)
            return true
        }
    }

    /// A reader is done or gone.
    ///
    /// A fill that nobody needs any more and that is not stored is ended.
    func leave(_ reader: FillReader) {
        let (mustCancel, mustResume) = state.withLock { state -> (OriginTransfer?, OriginTransfer?) in
            state.readers[ObjectIdentifier(reader)] = nil
            if state.readers.isEmpty, !state.isComplete, !isWorthwhile(state) {
                state.isUnwanted = true
                return (state.transfer, nil)
            }
            return (nil, takeResume(&state))
        }
        mustCancel?.cancel()
        mustResume?.resume()
    }

    /// Whether to go on without readers.
    private func isWorthwhile(_ state: State) -> Bool {
        if case .pass = purpose { return false }
        if case .waiting = state.progress { return true }
        return state.writer != nil
    }

    var progress: Progress { state.withLock { $0.progress } }

    /// The next bytes for a reader that is at `offset` and wants none from `end` on.
    func next(for reader: FillReader, at offset: Int64, upTo end: Int64) -> Next {
        let (next, resume) = state.withLock { state -> (Next, OriginTransfer?) in
            guard state.readers[ObjectIdentifier(reader)] != nil else { return (.broken, nil) }
            state.readers[ObjectIdentifier(reader)]?.position = offset
            let next = self.next(&state, at: offset, upTo: end)
            return (next, takeResume(&state))
        }
        resume?.resume()
        return next
    }

    private func next(_ state: inout State, at offset: Int64, upTo end: Int64) -> Next {
        if offset >= end { return .end }
        if let piece = state.body.piece(at: offset, upTo: end) { return .bytes(piece) }
        if offset < state.body.start {
            guard let written = state.spill?.written, offset < written.length else { return .broken }
            let upper = min(written.length, end, offset + (256 << 10))
            return .volume(written.volume, written.bodyOffset + offset..<written.bodyOffset + upper)
        }
        if state.isBroken { return .broken }
        return state.isComplete ? .end : .wait
    }

    /// A transfer that was paused for slow readers goes on once they have had most of what is held.
    private func takeResume(_ state: inout State) -> OriginTransfer? {
        guard state.isPaused, let transfer = state.transfer else { return nil }
        letGo(&state)
        guard state.body.held <= window || state.readers.isEmpty else { return nil }
        state.isPaused = false
        return transfer
    }

    // MARK: The origin's side; called on the origin thread, in order

    func receive(_ response: OriginResponse) {
        if case .validate(let stored) = purpose, response.status == 304 {
            guard Freshening.matches(storedFields: stored.fields, notModifiedFields: response.fields) else {
                return retryUnconditionally()
            }
            return freshen(stored, with: response)
        }
        var head = FillHead(response, method: method, request: request.fields, rules: services.rules)
        let isShared: Bool
        if case .pass = purpose { isShared = false } else { isShared = head.isStorable }
        let writer = isShared ? makeWriter(head) : nil
        // What is not going to be in a volume is only shared where memory holds all of it.
        let fits = head.contentLength.map { $0 <= FillBody.window } ?? false
        let isAlone = !isShared || (writer == nil && !fits)
        head.isBeingStored = writer != nil
        if isAlone { table.remove(self) }
        if case .pass = purpose {} else if !isShared { services.counters.add(.unstorable) }
        let known = head
        tell { state in
            state.writer = writer
            state.spill = writer
            state.isClosed = isAlone
            state.progress = isAlone ? .alone(known) : .head(known)
        }
        if isAlone { endUnlessNeeded() }
    }

    /// An answer that is not stored is fetched for its readers alone.
    private func endUnlessNeeded() {
        let transfer = state.withLock { state -> OriginTransfer? in
            guard state.readers.isEmpty else { return nil }
            state.isUnwanted = true
            return state.transfer
        }
        transfer?.cancel()
    }

    private func makeWriter(_ head: FillHead) -> FillWriter? {
        guard case .storable(let facts) = head.storability, let variant = variant(of: head) else { return nil }
        if let largest = services.maximumResponse, head.contentLength ?? 0 > largest { return nil }
        let response = NewResponse(
            key: key,
            variant: variant,
            head: head.bytes,
            facts: facts,
            bodyLength: head.contentLength,
            epoch: epoch
        )
        return try? services.store.beginFill(response).get()
    }

    private func variant(of head: FillHead) -> Variant? {
        switch head.vary {
        case .none: Variant.none
        case .any: nil
        case .names(let names):
            services.store.variant(names: names, selecting: Vary.variantKey(names: names, request: request.fields))
        }
    }

    private func freshen(_ stored: Stored, with response: OriginResponse) {
        services.counters.add(.validated)
        let fields = Freshening.freshen(stored.fields, with: response.fields)
        var decided = fields
        if let age = response.fields.first("Age") { decided.append(name: "Age", value: age) }
        let storability = Storability.decide(
            method: .get,
            request: request.fields,
            status: stored.status,
            response: decided,
            requestTime: response.requestTime,
            responseTime: response.responseTime,
            rules: services.rules
        )
        let bytes = ByteBuffer(head: stored.status, fields: fields)
        let freshened: Stored
        if case .storable(let facts) = storability {
            services.store.freshen(stored.entry, key: key, head: bytes, facts: facts, epoch: epoch)
            freshened = stored.freshened(head: bytes, fields: fields, facts: facts)
            if facts.isFresh(at: response.responseTime), !facts.flags.contains(.noCache) {
                // Still joinable until the directory knows it: who comes in between need not ask the origin again.
                services.store.whenSettled { [self] in table.remove(self) }
            } else {
                table.remove(self)
            }
        } else {
            // The origin now says that it must not be kept: this answer still stands, for those who waited for it.
            table.remove(self)
            services.store.purge(.key(key)) { _ in }
            freshened = stored.freshened(head: bytes, fields: fields, facts: stored.facts)
        }
        tell { state in
            state.progress = .notModified(freshened)
            state.isComplete = true
        }
    }

    /// The 304 was about something else than what is stored: ask again, for the whole (RFC 9111 §4.3.3).
    private func retryUnconditionally() {
        let isFirst = state.withLock { state in
            defer { state.isRetried = true }
            return !state.isRetried
        }
        guard isFirst else {
            return fail(OriginError(kind: .malformed, operation: "validate", subject: request.target))
        }
        send(request)
    }

    func receive(_ bytes: ByteBuffer) -> OriginFlow {
        services.counters.add(.bytesFetched, bytes.readableBytes)
        services.held.add(bytes.readableBytes)
        let (writer, readers, received) = state.withLock { state in
            state.body.append(bytes)
            return (state.writer, state.readers.values.map(\.reader), state.body.received)
        }
        let isTooLarge = services.maximumResponse.map { received > $0 } ?? false
        if isTooLarge { writer?.abort() }
        let isRefused = isTooLarge || writer?.append(bytes) != nil
        let flow = state.withLock { state -> OriginFlow in
            // What was being stored no longer is: from here on readers live on what memory holds.
            if isRefused { state.writer = nil }
            letGo(&state)
            guard state.writer == nil, state.body.held > window, !state.readers.isEmpty else { return .proceed }
            cutSlowReaders(&state)
            state.isPaused = true
            return .pause
        }
        for reader in readers { reader.tell() }
        return flow
    }

    private var window: Int { isMemoryShort ? FillBody.smallWindow : FillBody.window }

    /// All fills together hold more than they should.
    private var isMemoryShort: Bool { services.held.now > services.fillMemory }

    /// Lets go of what is in the volume, or of what every reader has had.
    private func letGo(_ state: inout State) {
        guard state.body.held > window else { return }
        let written = state.spill?.written?.length ?? 0
        var limit = written
        if let writer = state.writer {
            // The disk lags far behind: better unstored than without bound in memory.
            if state.body.held > (isMemoryShort ? FillBody.longestLag : FillBody.longestLagWithRoom) {
                writer.abort()
                state.writer = nil
                return letGo(&state)
            }
        } else {
            limit = max(written, state.readers.values.map(\.position).min() ?? state.body.received)
        }
        let dropped = state.body.drop(before: limit, keeping: window)
        if state.writer == nil, dropped > 0, !state.isClosed {
            state.isClosed = true
            table.remove(self)
        }
        services.held.subtract(dropped)
    }

    /// Where several share a body that is not stored, the one far behind the rest is cut off rather than waited for.
    private func cutSlowReaders(_ state: inout State) {
        guard state.readers.count > 1, state.body.held > FillBody.longestLag else { return }
        let fastest = state.readers.values.map(\.position).max() ?? 0
        for (identifier, entry) in state.readers where fastest - entry.position > FillBody.longestLag / 2 {
            state.readers[identifier] = nil
            services.counters.add(.limitSlowReaders)
            entry.reader.tell()
        }
        letGo(&state)
    }

    func finish() {
        let writer = state.withLock { state in
            state.isComplete = true
            return state.writer
        }
        if let writer {
            // Still joinable until the directory knows it: nobody falls between the two.
            writer.finish { [self] _ in
                table.remove(self)
                release()
            }
        } else {
            table.remove(self)
        }
        tell { _ in }
    }

    func fail(_ error: OriginError) {
        let (writer, isUnwanted) = state.withLock { ($0.writer, $0.isUnwanted) }
        if !isUnwanted { services.counters.add(.fillsFailed) }
        table.remove(self)
        writer?.abort()
        tell { state in
            state.isBroken = true
            state.isClosed = true
            if case .waiting = state.progress { state.progress = .failed(error) }
        }
    }

    /// Changes the state, then tells the readers.
    private func tell(_ change: (inout State) -> Void) {
        let readers = state.withLock { state in
            change(&state)
            return state.readers.values.map(\.reader)
        }
        for reader in readers { reader.tell() }
    }

    /// The body is in the store, or never will be: newcomers look there.
    private func release() {
        state.withLock { state in
            state.isClosed = true
            guard state.readers.isEmpty else { return }
            services.held.subtract(state.body.clear())
        }
    }

    deinit {
        let held = state.withLock { $0.body.held }
        services.held.subtract(held)
    }
}

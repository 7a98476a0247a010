// A request's life, top to bottom (design §3): key, look-up, the short way of a plain fresh hit, and for everything else
// an exchange that plans and acts. Called on the connection's loop.

import HTTPCaching
import HTTPMessage
import NIOCore
import Store
import Synchronization

enum RequestHandler {
    /// Answers a request, or begins to.
    /// - Parameters:
    ///   - head: The request's head.
    ///   - received: The bytes it was parsed from.
    ///   - connection: Whose request it is.
    static func handle(_ head: RequestHead, _ received: ByteBuffer, on connection: ClientConnection) {
        let state = connection.loopState
        state.counters.add(.requests)
        guard !head.marks.contains(.otherExpectation) else {
            return answer(417, "The only expectation that can be met is 100-continue.", head, received, on: connection)
        }
        guard !head.marks.contains(.asterisk) else { return answerOptions(head, received, on: connection) }
        guard let key = CacheKey(head, received.readableBytesSpan, routes: state.settings.routes) else {
            return answer(
                400,
                "The target cannot be brought into its normal form: a percent sign without two digits, a NUL, "
                    + "or a path that climbs above its root.",
                head,
                received,
                on: connection
            )
        }
        guard head.method == .get, head.framing == .none,
            head.marks.intersection(.shapesReuse).isSubset(of: HitShape.marks)
        else { return begin(head, received, key, found: nil, epoch: state.store.epoch, on: connection) }
        let epoch = state.store.epoch
        let found = key.withSpan(received.readableBytesSpan) { span in
            state.store.look(up: state.store.hash(span), key: span)
        }
        if case .one(let candidate) = found, candidate.entry.isPlain, candidate.entry.vary == 0,
            !state.settings.showsKey
        {
            let now = SystemClock.now
            if candidate.entry.isFresh(at: now),
                serve(candidate, at: now, key, head, received, on: connection)
            {
                return
            }
        }
        begin(head, received, key, found: found, epoch: epoch, on: connection)
    }

    /// The short way: a plain fresh response, a part of it or a 304, from memory or from the page cache.
    ///
    /// False where it has to go the long way.
    private static func serve(
        _ candidate: Candidate,
        at now: WallTime,
        _ key: CacheKey,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) -> Bool {
        let state = connection.loopState
        let entry = candidate.entry
        if let item = candidate.item {
            guard key.withSpan(received.readableBytesSpan, { item.isFor($0) }),
                let shape = shape(head, received, item.head, item.places, entry)
            else { return false }
            state.counters.add(.hitsMemory)
            let body = shape == .notModified ? nil : HitBody(item.body, shape.part)
            // Nothing of it is in a volume.
            _ = send(
                shape,
                item.head,
                item.places,
                body,
                isInMemory: true,
                entry,
                at: now,
                head,
                received,
                on: connection
            )
            connection.finishExchange(keepAlive: head.keepAlive)
            return true
        }
        guard entry.bodyLength <= shortWayLimit else { return false }
        let recent = key.withSpan(received.readableBytesSpan) { state.recent.find(entry, key: $0) }
        if let recent { return serve(recent.stored, recent, at: now, key, head, received, on: connection) }
        let isSmall = entry.bodyLength <= Store.readAlong
        if isSmall, state.diskReads > 0 {
            readAfterOthers(entry, key, head, received, on: connection)
            return true
        }
        let read = key.withSpan(received.readableBytesSpan) {
            state.store.read(entry, key: $0, mayBlock: false, into: &state.record)
        }
        // Consumed: what is taken out of a copy is counted once more, and each count costs some nanoseconds.
        switch consume read {
        case .found(let stored): return serve(stored, at: now, key, head, received, on: connection)
        case .wouldBlock where isSmall:
            // The connection's buffer is used again for what it reads next.
            readFromDisk(entry, key, head, copy(of: head, received), on: connection)
            return true
        case .wouldBlock, .absent: return false
        }
    }

    /// Serves what was read from a volume.
    private static func serve(
        _ stored: StoredResponse,
        _ recent: RecentRecord? = nil,
        at now: WallTime,
        _ key: CacheKey,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) -> Bool {
        let state = connection.loopState
        let entry = stored.entry
        guard stored.agreesWithEntry, let shape = shape(head, received, stored.head, nil, entry) else { return false }
        var body: HitBody?
        if shape != .notModified {
            body = HitBody(stored, shape.part, state.store, isResident: recent?.isResident ?? false)
            guard body != nil else { return false }
        }
        let isResident = if case .region = body { shape == .whole } else { false }
        if let recent {
            if isResident { recent.isResident = true }
        } else if entry.bodyLength >= RecentRecords.leastLength {
            state.recent.keep(stored, key: key.bytes(received.readableBytesSpan), isResident: isResident)
        }
        if let bytes = stored.body, state.wantsInMemory(entry) {
            admit(stored, bytes, key.bytes(received.readableBytesSpan), to: state.store)
        }
        state.counters.add(.hitsDisk)
        let rest = send(
            shape,
            stored.head,
            nil,
            body,
            isInMemory: false,
            entry,
            at: now,
            head,
            received,
            on: connection
        )
        guard let rest else {
            connection.finishExchange(keepAlive: head.keepAlive)
            return true
        }
        let bytes = key.bytes(received.readableBytesSpan)
        let status = shape == .whole ? 200 : 206
        connection.hold(UnsentHit(head, received, key: bytes, route: key.route, stored, status: status), rest)
        return true
    }

    /// Reads a small response when those that need no disk have had their turn: to have the page cache look for it, and ask the
    /// disk for what it lacks, takes the loop several times as long as a hit from memory.
    private static func readAfterOthers(
        _ entry: DirectoryEntry,
        _ key: CacheKey,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) {
        let received = copy(of: head, received)
        connection.waitForDisk()
        connection.loopState.loop.postpone {
            guard connection.diskIsDone() else { return }
            let state = connection.loopState
            let read = key.withSpan(received.readableBytesSpan) {
                state.store.read(entry, key: $0, mayBlock: false, into: &state.record)
            }
            if case .wouldBlock = read { return readFromDisk(entry, key, head, received, on: connection) }
            serve(read, of: entry, key, head, received, on: connection)
        }
    }

    /// Has the disk pool read a small response, and serves it then.
    private static func readFromDisk(
        _ entry: DirectoryEntry,
        _ key: CacheKey,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) {
        let state = connection.loopState
        let store = state.store
        connection.waitForDisk()
        let isTaken = state.onDisk(reading: entry.bodyLength) {
            key.withSpan(received.readableBytesSpan) { store.read(entry, key: $0, mayBlock: true) }
        } late: {
            fetchInstead(key, head, received, on: connection)
        } done: { read in
            guard connection.diskIsDone() else { return }
            serve(read, of: entry, key, head, received, on: connection)
        }
        guard !isTaken, !fetchInstead(key, head, received, on: connection), connection.diskIsDone() else { return }
        let exchange = makeExchange(head, received, key, epoch: store.epoch, on: connection)
        connection.begin(exchange)
        exchange.refuseForDisk()
    }

    /// Fetches a hit from an origin that the disk does not give in time; false where it has to wait.
    private static func fetchInstead(
        _ key: CacheKey,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) -> Bool {
        guard connection.descriptor >= 0 else { return true }
        let exchange = makeExchange(head, received, key, epoch: connection.loopState.store.epoch, on: connection)
        guard exchange.mayFetchInstead(), connection.diskIsDone() else { return false }
        connection.begin(exchange)
        exchange.fetch()
        connection.flushIfNeeded()
        return true
    }

    private static func makeExchange(
        _ head: RequestHead,
        _ received: ByteBuffer,
        _ key: CacheKey,
        epoch: UInt32,
        on connection: ClientConnection
    ) -> Exchange {
        let bytes = key.bytes(received.readableBytesSpan)
        return Exchange(head, received, key: bytes, route: key.route, epoch: epoch, on: connection)
    }

    /// Serves what was read while others had their turn.
    private static func serve(
        _ read: StoredRead,
        of entry: DirectoryEntry,
        _ key: CacheKey,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) {
        let now = SystemClock.now
        if case .found(let stored) = read, entry.isFresh(at: now),
            serve(stored, at: now, key, head, received, on: connection)
        {
        } else {
            // Something has changed meanwhile: it is looked at anew.
            begin(head, received, key, found: nil, epoch: connection.loopState.store.epoch, on: connection)
        }
        connection.flushIfNeeded()
    }

    private static func copy(of head: RequestHead, _ received: ByteBuffer) -> ByteBuffer {
        ByteBuffer(bytes: received.readableBytesView.prefix(head.length))
    }

    /// Larger bodies are not looked for in the page cache as a whole, and go out piece by piece.
    private static let shortWayLimit: Int64 = 4 << 20

    private static func shape(
        _ head: RequestHead,
        _ received: ByteBuffer,
        _ stored: ByteBuffer,
        _ places: NotModifiedPlaces?,
        _ entry: DirectoryEntry
    ) -> HitShape? {
        HitShape.decide(
            head,
            received.readableBytesSpan,
            stored: stored.readableBytesSpan,
            places: places,
            length: entry.bodyLength
        )
    }

    /// Sends a hit.
    ///
    /// - Returns: The part of its volume that the socket does not take at once; nil where there is none.
    private static func send(
        _ shape: HitShape,
        _ stored: ByteBuffer,
        _ places: NotModifiedPlaces?,
        _ body: HitBody?,
        isInMemory: Bool,
        _ entry: DirectoryEntry,
        at now: WallTime,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) -> Range<Int64>? {
        let state = connection.loopState
        state.scratch.removeAll(keepingCapacity: true)
        var (status, length) = (200, entry.bodyLength)
        switch shape {
        case .whole:
            // Copied: one piece costs the kernel less than two, and more than the copy.
            let span = stored.readableBytesSpan
            span.append(0..<span.byteCount, to: &state.scratch)
            // A head in memory has the length already.
            if !isInMemory { HeadWriter.writeLength(length, into: &state.scratch) }
        case .notModified:
            state.counters.add(.notModified)
            StoredHead.writeNotModified(stored.readableBytesSpan, places, into: &state.scratch)
            (status, length) = (304, 0)
        case .part(let range):
            StoredHead.writePart(range, of: length, stored.readableBytesSpan, into: &state.scratch)
            (status, length) = (206, Int64(range.count))
        }
        HeadWriter.writeHitTail(
            into: &state.scratch,
            age: max(0, now - entry.bornAt),
            ttl: entry.freshUntil - now,
            persistence: persistence(head, connection)
        )
        var rest: Range<Int64>?
        switch body {
        case .bytes(let bytes): connection.send(state.scratch, bytes)
        case .region(let volume, let region): rest = connection.send(state.scratch, volume, region)
        case nil: connection.send(state.scratch)
        }
        state.counters.add(.bytesServed, Int(length))
        if state.log != nil {
            LogRecord(head, received, peer: connection.peer, began: nil)
                .write(to: state, status: status, bytes: length, cacheStatus: .hit, origin: nil)
        }
        return rest
    }

    /// Offers a small response that was read from its volume to the memory tier.
    static func admit(_ stored: StoredResponse, _ body: ByteBuffer, _ key: [UInt8], to store: Store) {
        var head = ByteBuffer()
        head.writeImmutableBuffer(stored.head)
        head.writeString("Content-Length: \(stored.bodyLength)\r\n")
        // A copy of its own: a slice would keep the whole record in memory.
        let whole = ByteBuffer(bytes: body.readableBytesView)
        let item = MemoryItem(key: key, head: head, target: stored.target, body: whole, facts: stored.facts)
        store.admit(item, for: stored.entry)
    }

    static func persistence(_ head: RequestHead, _ connection: ClientConnection) -> HeadWriter.Persistence {
        guard head.keepAlive, case .stays = connection.persistence else { return .closes }
        return .stays(isHTTP10: head.minorVersion == 0)
    }

    /// The long way: everything but a plain fresh hit.
    private static func begin(
        _ head: RequestHead,
        _ received: ByteBuffer,
        _ key: CacheKey,
        found: Lookup?,
        epoch: UInt32,
        on connection: ClientConnection
    ) {
        let exchange = makeExchange(head, received, key, epoch: epoch, on: connection)
        connection.begin(exchange)
        exchange.start(found: found)
    }

    // MARK: Answers of larder's own

    /// `OPTIONS *` asks about the server itself (RFC 9110 §9.3.7).
    private static func answerOptions(_ head: RequestHead, _ received: ByteBuffer, on connection: ClientConnection) {
        let fields = Fields([("Allow", "GET, HEAD, OPTIONS, TRACE"), ("Date", HTTPDate.format(SystemClock.now))])
        var bytes = ByteBuffer(head: 204, fields: fields)
        HeadWriter.writeTail(
            into: &bytes,
            by: &connection.loopState.scratch,
            framing: .none,
            age: nil,
            status: nil,
            persistence: persistence(head, connection)
        )
        connection.write(bytes)
        if head.framing != .none { connection.makeLast() }
        log(head, received, 204, on: connection)
        connection.finishExchange(keepAlive: head.keepAlive)
    }

    /// Answers a request that cannot be taken further; its body, if any, is not read.
    private static func answer(
        _ status: Int,
        _ text: String,
        _ head: RequestHead,
        _ received: ByteBuffer,
        on connection: ClientConnection
    ) {
        if head.framing != .none { connection.makeLast() }
        let persistence = persistence(head, connection)
        connection.write(OwnAnswer.bytes(status, text, persistence: persistence, hasBody: head.method != .head))
        log(head, received, status, on: connection)
        connection.finishExchange(keepAlive: head.keepAlive)
    }

    private static func log(_ head: RequestHead, _ received: ByteBuffer, _ status: Int, on connection: ClientConnection)
    {
        guard connection.loopState.log != nil else { return }
        LogRecord(head, received, peer: connection.peer, began: nil)
            .write(to: connection.loopState, status: status, bytes: 0, cacheStatus: .none, origin: nil)
    }

    /// Refuses what is no request, and ends the connection: what follows cannot be told apart (RFC 9112 §9.4).
    static func refuse(_ refusal: RequestRefusal, on connection: ClientConnection) {
        connection.makeLast()
        connection.write(
            OwnAnswer.bytes(refusal.status, "The request was refused: \(refusal.rawValue).", persistence: .closes)
        )
        connection.end()
    }

    /// Turns a connection away: there are too many.
    static func turnAway(_ connection: ClientConnection) {
        connection.makeLast()
        connection.write(OwnAnswer.bytes(503, "There are too many connections.", persistence: .closes))
        connection.end()
    }

    /// Refuses a head that did not arrive in time.
    static func refuseLate(on connection: ClientConnection) {
        connection.makeLast()
        connection.write(OwnAnswer.bytes(408, "The request's head did not arrive in time.", persistence: .closes))
        connection.end()
    }
}

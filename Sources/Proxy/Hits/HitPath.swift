// Loop-confined. The short way of a request: a plain, fresh response, a part of it or a 304, from memory or from the
// page cache. No allocation in the usual case. For other requests it returns false, and they take the long way.

import HTTPCaching
import HTTPMessage
import NIOCore
import Store

enum HitPath {
    /// Longer bodies, in bytes, are sent piece by piece, because the page cache would have to be asked for the whole
    /// body at once.
    private static let longestBody: Int64 = 4 << 20

    /// Serves the result of a look-up.
    /// - Returns: False if the request has to take the long way.
    static func serve(
        _ candidate: Candidate,
        at now: WallTime,
        _ request: borrowing IncomingRequest,
        on connection: ClientConnection
    ) -> Bool {
        if let item = candidate.item { return serve(item, candidate.entry, at: now, request, on: connection) }
        let state = connection.loopState
        let entry = candidate.entry
        guard entry.bodyLength <= longestBody else { return false }
        if let recent = request.withKey({ state.recent.find(entry, key: $0) }) {
            return serve(recent.stored, recent, at: now, request, on: connection)
        }
        let isSmall = entry.bodyLength <= Store.readAlong
        if isSmall, state.diskReads > 0 {
            ColdHit(entry, request, on: connection).readAfterOthers()
            return true
        }
        let read = request.withKey { state.store.read(entry, key: $0, mayBlock: false, into: &state.record) }
        // Consumed: taking the payload out of a copy costs a retain.
        switch consume read {
        case .found(let stored): return serve(stored, at: now, request, on: connection)
        case .wouldBlock where isSmall:
            ColdHit(entry, request, on: connection).readFromDisk()
            return true
        case .wouldBlock, .absent: return false
        }
    }

    /// Serves from the memory tier.
    @inline(__always)
    private static func serve(
        _ item: MemoryItem,
        _ entry: CatalogEntry,
        at now: WallTime,
        _ request: borrowing IncomingRequest,
        on connection: ClientConnection
    ) -> Bool {
        guard request.withKey({ item.isFor($0) }), let shape = shape(request, item.head, item.places, entry) else {
            return false
        }
        connection.loopState.counters.add(.hitsMemory)
        let body = shape == .notModified ? nil : HitBody(item.body, shape.part)
        let hit = HitResponse(shape: shape, isInMemory: true, entry: entry)
        // No part of it is in a volume, so nothing remains to be sent.
        _ = hit.send(item.head, item.places, body, at: now, request, on: connection)
        connection.finishExchange(keepAlive: request.head.keepAlive)
        return true
    }

    /// Serves a response that was read from a volume.
    /// - Returns: False if the request has to take the long way.
    static func serve(
        _ stored: StoredResponse,
        _ recent: RecentRecord? = nil,
        at now: WallTime,
        _ request: borrowing IncomingRequest,
        on connection: ClientConnection
    ) -> Bool {
        let state = connection.loopState
        let entry = stored.entry
        guard stored.agreesWithEntry, let shape = shape(request, stored.head, nil, entry) else { return false }
        var body: HitBody?
        if shape != .notModified {
            body = HitBody(stored, shape.part, state.store, isResident: recent?.isResident ?? false)
            guard body != nil else { return false }
        }
        let isResident = if case .region = body { shape == .whole } else { false }
        if let recent {
            if isResident { recent.isResident = true }
        } else if entry.bodyLength >= RecentRecords.leastLength {
            state.recent.keep(stored, key: request.keyBytes, isResident: isResident)
        }
        if let bytes = stored.body, state.wantsInMemory(entry) {
            admit(stored, bytes, request.keyBytes, to: state.store)
        }
        state.counters.add(.hitsDisk)
        let hit = HitResponse(shape: shape, isInMemory: false, entry: entry)
        guard let rest = hit.send(stored.head, nil, body, at: now, request, on: connection) else {
            connection.finishExchange(keepAlive: request.head.keepAlive)
            return true
        }
        connection.hold(UnsentHit(request, stored, status: shape == .whole ? 200 : 206), rest)
        return true
    }

    @inline(__always)
    private static func shape(
        _ request: borrowing IncomingRequest,
        _ stored: ByteBuffer,
        _ places: NotModifiedPlaces?,
        _ entry: CatalogEntry
    ) -> HitShape? {
        HitShape.decide(
            request.head,
            request.bytes.readableBytesSpan,
            stored: stored.readableBytesSpan,
            places: places,
            length: entry.bodyLength
        )
    }

    /// Offers a small response that was read from its volume to the memory tier.
    private static func admit(_ stored: StoredResponse, _ body: ByteBuffer, _ key: [UInt8], to store: Store) {
        var head = ByteBuffer()
        head.writeImmutableBuffer(stored.head)
        head.writeString("Content-Length: \(stored.bodyLength)\r\n")
        // A copy of its own: a slice would keep the whole record in memory.
        let whole = ByteBuffer(bytes: body.readableBytesView)
        let item = MemoryItem(key: key, head: head, target: stored.target, body: whole, facts: stored.facts)
        store.admit(item, for: stored.entry)
    }
}

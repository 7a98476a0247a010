// Loop-confined. A small hit whose record the page cache lacks: read by the disk pool, or fetched from an origin when the
// disk is late. The connection parses nothing else meanwhile.

import HTTPMessage
import NIOCore
import Store

enum ColdHit {
    /// Reads a record after the hits that need no disk have had their turn.
    ///
    /// Asking the page cache, and then the disk for what it lacks, takes the loop several times as long as a hit from memory.
    static func readAfterOthers(_ entry: DirectoryEntry, _ request: IncomingRequest, on connection: ClientConnection) {
        let request = request.detached
        connection.waitForDisk()
        connection.loopState.loop.postpone {
            guard connection.diskIsDone() else { return }
            let state = connection.loopState
            let read = request.withKey { state.store.read(entry, key: $0, mayBlock: false, into: &state.record) }
            if case .wouldBlock = read { return readFromDisk(entry, request, on: connection) }
            serve(read, of: entry, request, on: connection)
        }
    }

    /// Has the disk pool read a record, and serves it then.
    /// - Parameters:
    ///   - entry: The record's entry.
    ///   - request: A detached request.
    ///   - connection: The client's connection.
    static func readFromDisk(_ entry: DirectoryEntry, _ request: IncomingRequest, on connection: ClientConnection) {
        let state = connection.loopState
        let store = state.store
        connection.waitForDisk()
        let isTaken = state.onDisk(reading: entry.bodyLength) {
            request.withKey { store.read(entry, key: $0, mayBlock: true) }
        } late: {
            fetchInstead(request, on: connection)
        } done: { read in
            guard connection.diskIsDone() else { return }
            serve(read, of: entry, request, on: connection)
        }
        guard !isTaken, !fetchInstead(request, on: connection), connection.diskIsDone() else { return }
        let task = RequestTask(request, epoch: store.epoch, on: connection)
        connection.begin(task)
        task.refuseForDisk()
    }

    /// Fetches a hit from an origin because the disk is late.
    /// - Returns: False where the retry budget does not allow it: the hit waits for the disk.
    private static func fetchInstead(_ request: IncomingRequest, on connection: ClientConnection) -> Bool {
        guard connection.descriptor >= 0 else { return true }
        let task = RequestTask(request, epoch: connection.loopState.store.epoch, on: connection)
        guard Lookups.mayFetchInstead(task), connection.diskIsDone() else { return false }
        connection.begin(task)
        Lookups.fetch(for: task)
        connection.flushIfNeeded()
        return true
    }

    /// Serves what was read, if it is still fresh and in its place; else the request starts over.
    private static func serve(
        _ read: StoredRead,
        of entry: DirectoryEntry,
        _ request: IncomingRequest,
        on connection: ClientConnection
    ) {
        let now = SystemClock.now
        if case .found(let stored) = read, entry.isFresh(at: now),
            HitPath.serve(stored, at: now, request, on: connection)
        {
        } else {
            let epoch = connection.loopState.store.epoch
            RequestHandler.begin(request, found: nil, epoch: epoch, on: connection)
        }
        connection.flushIfNeeded()
    }
}

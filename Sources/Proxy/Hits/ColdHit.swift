// Loop-confined. A small hit whose record is not in the page cache, or may not be: the disk pool reads it, or an origin
// supplies it if the disk is late. The connection parses nothing else meanwhile.

import HTTPMessage
import NIOCore
import Runtime
import Store

final class ColdHit {
    private let entry: CatalogEntry
    /// Detached from the connection's buffer.
    private let request: IncomingRequest
    private let connection: ClientConnection
    private var loop: LoopState { connection.loopState }

    init(_ entry: CatalogEntry, _ request: borrowing IncomingRequest, on connection: ClientConnection) {
        self.entry = entry
        self.request = request.detached
        self.connection = connection
    }

    /// Reads the record after the hits that need no disk.
    ///
    /// Asking the page cache, and then the disk for the rest, takes the loop several times as long as a hit from
    /// memory.
    func readAfterOthers() {
        connection.waitForDisk()
        loop.loop.postpone { [self] in
            guard connection.diskIsDone() else { return }
            let read = request.withKey { loop.store.read(entry, key: $0, mayBlock: false, into: &loop.record) }
            if case .wouldBlock = read { readFromDisk() } else { serve(read) }
        }
    }

    /// Lets the disk pool read the record, and then serves it.
    func readFromDisk() {
        let (store, entry, key) = (loop.store, entry, request.keyBytes)
        connection.waitForDisk()
        let isTaken = loop.onDisk(reading: entry.bodyLength) {
            key.withRawSpan { store.read(entry, key: $0, mayBlock: true) }
        } late: { [self] in
            fetchInstead()
        } done: { [self] read in
            guard connection.diskIsDone() else { return }
            serve(read)
        }
        guard !isTaken, !fetchInstead(), connection.diskIsDone() else { return }
        let task = RequestTask(request, epoch: store.epoch, on: connection)
        connection.begin(task)
        task.refuseForDisk()
    }

    /// Fetches the response from an origin because the disk is late.
    /// - Returns: False if the retry budget does not allow it: the hit waits for the disk.
    private func fetchInstead() -> Bool {
        guard connection.descriptor >= 0 else { return true }
        let task = RequestTask(request, epoch: loop.store.epoch, on: connection)
        guard Lookups.mayFetchInstead(task), connection.diskIsDone() else { return false }
        connection.begin(task)
        Lookups.fetch(for: task)
        connection.flushIfNeeded()
        return true
    }

    /// Serves the record that was read, if it is still fresh and in its place; otherwise the request starts over.
    private func serve(_ read: StoredRead) {
        let now = connection.loopState.clock.now
        if case .found(let stored) = read, entry.isFresh(at: now),
            HitPath.serve(stored, at: now, request, on: connection)
        {
        } else {
            RequestHandler.begin(request, found: nil, epoch: loop.store.epoch, on: connection)
        }
        connection.flushIfNeeded()
    }
}

@available(*, unavailable)
extension ColdHit: Sendable {}

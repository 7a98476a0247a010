// Loop-confined, without state. How a request's task looks the store up and reads records: from memory, from the page
// cache, or through the disk pool.

import HTTPCaching
import HTTPMessage
import Origins
import Runtime
import Store

enum Lookups {
    static func lookUp(for task: RequestTask) {
        task.looks(at: task.loop.store.epoch)
        let found = find(task)
        task.report { $0.found(found, at: $1) }
    }

    /// Looks the key up again.
    static func find(_ task: RequestTask) -> Lookup {
        let store = task.loop.store
        return task.request.key.withRawSpan { store.look(up: store.hash($0), key: $0) }
    }

    /// Looks the key up on the disk, while the index is loading.
    static func find(for task: RequestTask) {
        let (store, key) = (task.loop.store, task.request.key)
        task.onDisk {
            store.find(key: key)
        } then: { found in
            task.report { $0.found(found, at: $1) }
        } late: {
            fetchInstead(task)
        }
    }

    static func select(from candidates: [Candidate], for task: RequestTask) {
        let store = task.loop.store
        let selection = Selection(
            from: candidates,
            in: store,
            at: task.loop.clock.now,
            foldsCase: task.request.route.foldsCase,
            variantKey: task.variantKey
        )
        // Without them, hits are on the short way.
        for candidate in selection.outdone { store.forget(candidate.entry, key: task.request.key) }
        task.report { $0.selected(selection, at: $1) }
    }

    static func read(_ candidate: Candidate, for task: RequestTask) {
        let (store, key) = (task.loop.store, task.request.key)
        let entry = candidate.entry
        if let item = candidate.item, key.withRawSpan({ item.isFor($0) }) {
            return task.report { $0.read(.selected(Stored(entry, item: item)), at: $1) }
        }
        let read = key.withRawSpan { store.read(entry, key: $0, mayBlock: false) }
        guard case .wouldBlock = read else { return report(read, task) }
        task.onDisk(reading: entry.isUnverified ? entry.bodyLength : 0) {
            key.withRawSpan { store.read(entry, key: $0, mayBlock: true) }
        } then: {
            report($0, task)
        } late: {
            fetchInstead(task)
        }
    }

    private static func report(_ read: StoredRead, _ task: RequestTask) {
        switch read {
        case .found(let response):
            // The lookup table compared hashes; the record has the text.
            let isSelected = Selection.selects(response, in: task.loop.store, task.variantKey)
            task.report { $0.read(isSelected ? .selected(Stored(response)) : .otherVariant, at: $1) }
        case .absent: task.report { $0.read(.absent, at: $1) }
        case .wouldBlock: task.report { $0.read(.unreadable, at: $1) }
        }
    }

    /// Reads which spelling of the path the origin knows.
    static func readSibling(_ sibling: Candidate, for task: RequestTask) {
        let (store, key) = (task.loop.store, task.request.key)
        task.onDisk {
            key.withRawSpan { store.read(sibling.entry, key: $0, mayBlock: true) }
        } then: { read in
            let target: [UInt8]? = if case .found(let response) = read { response.target } else { nil }
            task.report { $0.learned(target: target, at: $1) }
        } late: {
            // The origin is asked in any case, then for this request's own spelling.
            task.report { $0.learned(target: nil, at: $1) }
            return true
        }
    }

    /// Reads the body of a stored part that a fill is to complete.
    static func readPart(_ stored: Stored, _ response: StoredResponse, _ reason: ForwardReason, for task: RequestTask) {
        let (store, key) = (task.loop.store, task.request.key)
        task.onDisk {
            store.readWhole(response, key: key)
        } then: { bytes in
            task.report { state, _ in state.readPart(bytes, of: stored, reason) }
        } late: {
            task.report { state, _ in state.readPart(nil, of: stored, reason) }
            return true
        }
    }

    // MARK: A disk that is late

    /// Asks the origin in the place of the disk, where request and retry budget allow it.
    /// - Returns: Whether it does.
    private static func fetchInstead(_ task: RequestTask) -> Bool {
        guard mayFetchInstead(task) else { return false }
        fetch(for: task)
        return true
    }

    /// Whether the origin may be asked in the place of the disk; takes the budget's token, which a follower does not need.
    static func mayFetchInstead(_ task: RequestTask) -> Bool {
        let proxy = task.loop.proxy
        switch task.state.detour(at: task.loop.clock.now) {
        case .fill: return proxy.fills.isFilling(Forwarding.fillKey(task)) || proxy.origins.spendRetry()
        case .pass: return proxy.origins.spendRetry()
        default: return false
        }
    }

    static func fetch(for task: RequestTask) {
        task.loop.counters.add(.missesDisk)
        let sightings = find(task).sightings
        task.report { $0.takesDetour(sightings, at: $1) }
    }
}

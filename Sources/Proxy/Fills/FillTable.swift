// Shared. The fills in progress by key: who comes second follows (invariant 8).

import Runtime
import Synchronization

final class FillTable: Sendable {
    /// What fills are told apart by; its bytes are hashed once, not at each look into the table.
    struct Key: Hashable {
        private let bytes: [UInt8]
        private let digest: Int

        init(_ bytes: [UInt8]) {
            var hasher = Hasher()
            // because the bytes are read inside the closure only
            unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            (self.bytes, digest) = (bytes, hasher.finalize())
        }

        func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    }

    private let fills = Lock<[Key: Fill]>([:])
    /// Those that have not got all of their answer.
    private let inProgress = Atomic<Int>(0)

    /// What a request for a key finds.
    enum Place {
        /// It leads: the fill is in the table and is to be started.
        case leader(Fill)
        case follower(Fill)
        /// Too many fills are in progress: it goes alone.
        case full
        /// What is stored has changed since it was looked up: it looks again.
        case outdated
    }

    /// The fill of a key, made and entered where there is none.
    ///
    /// One lock.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - limit: Fills in progress at once.
    ///   - isUsable: Whether the caller can make use of a fill that is there; where not, a newer one takes its place.
    ///   - isOutdated: Whether the store has changed since the caller looked. A fill may have ended between the caller's
    ///     look and now: it is in the store before it leaves the table, so a second look in here cannot miss it.
    ///   - make: Makes the fill.
    /// - Returns: What the caller is to do.
    func join(
        _ key: Key,
        limit: Int,
        isUsable: (Fill) -> Bool,
        isOutdated: () -> Bool,
        make: () -> Fill
    ) -> Place {
        fills.withLock { fills in
            let former = fills[key]
            // What began before a purge is not for those who came after it.
            if let former, !former.isPurged, isUsable(former) { return .follower(former) }
            // What only the store has yet to take is bounded there, in bytes.
            guard former != nil || inProgress.load(ordering: .relaxed) < limit else { return .full }
            if isOutdated() { return .outdated }
            let fill = make()
            fill.isCounted.store(true, ordering: .relaxed)
            inProgress.add(1, ordering: .relaxed)
            fills[key] = fill
            if let former { fill.replace(former) }
            return .leader(fill)
        }
    }

    /// A fill has all of its answer, or will have no more: it leaves room for another, though the store may have to take it yet.
    func hasEnded(_ fill: Fill) {
        if fill.isCounted.exchange(false, ordering: .relaxed) { inProgress.subtract(1, ordering: .relaxed) }
    }

    /// Takes a fill out, if it is still the one of its key.
    func remove(_ fill: Fill) {
        hasEnded(fill)
        fills.withLock { fills in
            if let place = fills.index(forKey: fill.tableKey), fills[place].value === fill { fills.remove(at: place) }
        }
    }

    /// What fills are told apart by.
    ///
    /// - Parameters:
    ///   - key: The key of the request.
    ///   - varyNames: What its URI is known to vary by.
    ///   - variantKey: The text that names the variant the request selects.
    /// - Returns: The key and, where the URI is known to vary, the variant.
    static func tableKey(_ key: [UInt8], _ varyNames: [String], _ variantKey: ([String]) -> String) -> Key {
        Key(varyNames.isEmpty ? key : key + [0] + Array(variantKey(varyNames).utf8))
    }

    /// Whether a fill is in progress that a request for a key would follow.
    func isFilling(_ key: Key) -> Bool { fills.withLock { $0[key].map { !$0.isPurged } ?? false } }

    /// Fills in progress.
    var count: Int { fills.withLock { $0.count } }
}

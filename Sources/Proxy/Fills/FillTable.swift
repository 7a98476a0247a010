// Shared. The fills in progress by key: the first request leads, those that come later follow (invariant 8).
//
// 16 shards, each with its own lock. Nothing foreign runs under a lock: no look into the store, no building of a request, no
// call into a fill but for two flags. A leader therefore enters its fill first, with no more than a `FillClaim`, and looks
// the store up once more afterwards. It cannot miss a fill that ended between its first look and its entry: a fill's
// response is in the store before the fill leaves the table. If the store has changed, the leader ends its permit, and those
// who followed meanwhile look again as well.

import NIOCore
import Runtime
import Synchronization

final class FillTable: Sendable {
    /// Tells fills apart; its bytes are hashed once, not at each access to the table.
    struct Key: Hashable, Sendable {
        private let bytes: [UInt8]
        fileprivate let digest: Int

        init(_ bytes: [UInt8]) {
            var hasher = Hasher()
            // because the bytes are read inside the closure only
            unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            (self.bytes, digest) = (bytes, hasher.finalize())
        }

        func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    }

    /// Which fill of its key a request can follow; if the one in progress is another, a newer one replaces it.
    enum Wish: Equatable {
        case any
        /// One that began at or after an instant.
        case begun(since: Instant)
        /// One whose response is not in the store yet.
        case underWay

        fileprivate func isMet(by fill: Fill) -> Bool {
            switch self {
            case .any: true
            case .begun(let instant): fill.began >= instant
            case .underWay: !fill.hasArrived
            }
        }
    }

    /// What a request for a key finds.
    enum Place: ~Copyable {
        /// It leads: it starts the fill, or ends the permit.
        case leader(Fill, FillPermit)
        case follower(Fill)
        /// Too many fills are in progress: it goes alone.
        case full
    }

    private enum Found {
        case leader(Fill)
        case follower(Fill)
        case full
    }

    private final class Shard: Sendable {
        let fills = Lock<[Key: Fill]>([:])
    }

    /// A power of two.
    private static let shardCount = 16

    private let shards = (0..<shardCount).map { _ in Shard() }
    /// Fills that do not have their whole response, in all shards together.
    private let inProgress = Atomic<Int>(0)

    /// The fill of a key; a new one is entered if the request can follow none.
    func join(_ key: Key, _ claim: FillClaim, wish: Wish) -> Place {
        var purged: Fill?
        while true {
            switch find(key, claim, wish, except: purged) {
            case .leader(let fill): return .leader(fill, FillPermit(self, key, fill))
            case .full: return .full
            case .follower(let fill):
                // What began before a purge is not for requests that came after it.
                guard fill.isPurged else { return .follower(fill) }
                purged = fill
            }
        }
    }

    private func find(_ key: Key, _ claim: FillClaim, _ wish: Wish, except unusable: Fill?) -> Found {
        let (found, _) = shard(of: key).fills.withLock { fills -> (Found, Fill?) in
            let entered = fills[key]
            let former = entered.flatMap { $0.isClosed ? nil : $0 }
            if let former, former !== unusable, wish.isMet(by: former) { return (.follower(former), nil) }
            // Fills that wait only for the disk are bounded by the store's backlog, not by this limit.
            guard takeRoom(limit: former == nil ? claim.services.settings.fills : .max) else { return (.full, nil) }
            let fill = Fill(claim, replacing: former)
            fills[key] = fill
            // The one that was here is let go of outside the lock.
            return (.leader(fill), entered)
        }
        return found
    }

    /// Whether a fill is in progress that a request for a key would follow.
    func isFilling(_ key: Key) -> Bool {
        let fill = shard(of: key).fills.withLock { $0[key] }
        return fill.map { !$0.isClosed && !$0.isPurged } ?? false
    }

    /// Fills in the table; shards are counted one after the other.
    var count: Int { shards.reduce(0) { $0 + $1.fills.withLock { $0.count } } }

    private func shard(of key: Key) -> Shard { shards[key.digest & (Self.shardCount - 1)] }

    // MARK: For permits

    private func takeRoom(limit: Int) -> Bool {
        var count = inProgress.load(ordering: .relaxed)
        while count < limit {
            let (exchanged, original) = inProgress.weakCompareExchange(
                expected: count,
                desired: count + 1,
                ordering: .relaxed
            )
            if exchanged { return true }
            count = original
        }
        return false
    }

    func giveRoomBack() { inProgress.subtract(1, ordering: .relaxed) }

    /// Takes a fill out, unless another has replaced it.
    func remove(_ fill: ObjectIdentifier, of key: Key) {
        // Returned, so that it is let go of outside the lock.
        _ = shard(of: key).fills.withLock { fills -> Fill? in
            guard let place = fills.index(forKey: key), ObjectIdentifier(fills[place].value) == fill else { return nil }
            return fills.remove(at: place).value
        }
    }

    // MARK: Keys

    /// What fills are told apart by.
    ///
    /// - Parameters:
    ///   - key: The key of the request.
    ///   - varyNames: What its URI is known to vary by.
    ///   - variantKey: The text that names the variant the request selects.
    /// - Returns: The key and, if the URI is known to vary, the variant.
    static func tableKey(_ key: [UInt8], _ varyNames: [String], _ variantKey: ([String]) -> String) -> Key {
        Key(varyNames.isEmpty ? key : key + [0] + Array(variantKey(varyNames).utf8))
    }
}

// Shared. Every purge begins a new generation. A look-up or fill that began in an earlier generation is refused if its
// key matches the purge's rule (invariant 4 of docs/architecture.md).
//
// Only the index knows the members of a group. So their entries are usable until the sweep is over, and the sender of
// the rule waits for that.
//
// Invariant: a rule is visible here before its sweep begins, and stays until no older match is left.

import Runtime
import Synchronization

final class Fence: Sendable {
    private struct Rule {
        let epoch: UInt32
        let rule: PurgeRule
    }

    private struct State {
        /// The last purges, for fills that began before them.
        var recent: [Rule] = []
        /// Fills that began before this generation are refused whatever their key: their purges are forgotten.
        var forgotten: UInt32 = 0
        /// Purges whose sweep is not over.
        var active: [Rule] = []
    }

    /// Purges remembered for fills in progress.
    ///
    /// Beyond this the oldest are forgotten, and older fills are not stored.
    private static let recentLimit = 4096

    private let state = Lock(State())
    private let current = Atomic<UInt32>(1)
    private let activeCount = Atomic<Int>(0)

    /// The generation of a fill or validation that begins now.
    var epoch: UInt32 { current.load(ordering: .acquiring) }

    /// True while some purge's sweep is not over: then look-ups must ask `refuses`.
    var isActive: Bool { activeCount.load(ordering: .acquiring) != 0 }

    /// How many purges are being swept.
    var activeBans: Int { activeCount.load(ordering: .relaxed) }

    /// Begins a new generation and puts a rule into force, at once.
    ///
    /// Returns the new generation.
    func raise(_ rule: PurgeRule) -> UInt32 {
        state.withLock { state in
            let epoch = current.load(ordering: .relaxed) + 1
            state.active.append(Rule(epoch: epoch, rule: rule))
            state.recent.append(Rule(epoch: epoch, rule: rule))
            if state.recent.count > Self.recentLimit {
                let surplus = state.recent.count - Self.recentLimit / 2
                state.forgotten = state.recent[surplus - 1].epoch
                state.recent.removeFirst(surplus)
            }
            activeCount.store(state.active.count, ordering: .releasing)
            current.store(epoch, ordering: .releasing)
            return epoch
        }
    }

    /// The sweep of a purge is over: no older match is left.
    func retire(_ epoch: UInt32) {
        state.withLock { state in
            state.active.removeAll { $0.epoch == epoch }
            activeCount.store(state.active.count, ordering: .releasing)
        }
    }

    /// Whether a stored response of that generation matches a purge whose sweep is not over.
    func refuses(_ key: RawSpan, of epoch: UInt32) -> Bool {
        guard isActive else { return false }
        // because the pointer is used inside the closure only; a span cannot be captured by the second one
        return unsafe key.withUnsafeBytes { bytes in
            state.withLock { state in
                state.active.contains { unsafe $0.epoch > epoch && $0.rule.matches(bytes.bytes) }
            }
        }
    }

    /// Whether a response of a fill that began in `epoch` may be stored now, as a member of some groups.
    func allowsStoring(_ key: [UInt8], in groups: [String] = [], since epoch: UInt32) -> Bool {
        isFree(of: epoch, key) { rule in
            rule.matches(key) || groups.contains { rule.matches(key, in: $0) }
        }
    }

    /// Whether no rule for a group that might include the key came after `epoch`.
    func allowsLoading(_ key: [UInt8], since epoch: UInt32) -> Bool {
        isFree(of: epoch, key) { rule in
            if case .group(_, let scope) = rule { key.starts(with: scope) } else { false }
        }
    }

    private func isFree(of epoch: UInt32, _ key: [UInt8], _ concerns: (PurgeRule) -> Bool) -> Bool {
        guard current.load(ordering: .acquiring) != epoch else { return true }
        return state.withLock { state in
            epoch >= state.forgotten && !state.recent.contains { $0.epoch > epoch && concerns($0.rule) }
        }
    }
}

extension RawSpan {
    /// The bytes as an array of their own.
    var copy: [UInt8] {
        // because the pointer is used inside the closure only
        unsafe withUnsafeBytes { unsafe Array($0) }
    }
}

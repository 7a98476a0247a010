// Value, confined to the writer thread. The volumes that exist and could not be opened, and when each is tried again.
// Pure.

import Runtime

struct UnopenedVolumes {
    private struct Entry {
        let ring: Ring
        var failures = 0
        var nextTry: Instant?
    }

    /// The most volumes that are tried at once: each may wait for a failing disk.
    static let mostAtOnce = 64
    /// The longest pause between two tries of one volume.
    static let longestPause: Duration = .seconds(60)

    private var entries: [UInt32: Entry] = [:]

    /// A volume could not be opened: it is tried again at once.
    mutating func add(_ number: UInt32, in ring: Ring) { entries[number] = Entry(ring: ring) }

    mutating func remove(_ number: UInt32) { entries[number] = nil }

    /// The volumes to try now, the lowest numbers first; `mostAtOnce` at most.
    func due(at now: Instant) -> [(number: UInt32, ring: Ring)] {
        entries.filter { entry in entry.value.nextTry.map { $0 <= now } ?? true }
            .sorted { $0.key < $1.key }.prefix(Self.mostAtOnce)
            .map { ($0.key, $0.value.ring) }
    }

    /// A try failed: the next comes after a second, two, four, up to `longestPause`.
    mutating func failed(_ number: UInt32, at now: Instant) {
        guard var entry = entries[number] else { return }
        entry.nextTry = now + min(.seconds(1 << min(entry.failures, 6)), Self.longestPause)
        entry.failures += 1
        entries[number] = entry
    }
}

// What becomes of a hit that the disk does not give in time: it is fetched from an origin as a miss is, together with all others
// of its picture, as far as the retry budget allows. Else it waits; and it waits again where the origins fail.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store

/// Whether an exchange asks the origin in the place of the disk: it does so once.
enum Instead { case notYet, underWay, over }

extension Exchange {
    /// Reads the record of a response that the page cache lacks.
    func readFromDisk(_ entry: DirectoryEntry) {
        let (store, key) = (state.store, key)
        onDisk(reading: entry.isUnverified ? entry.bodyLength : 0) {
            key.withRawSpan { store.read(entry, key: $0, mayBlock: true) }
        } then: {
            $0.take($1)
        } late: {
            $0.fetchInstead()
        }
    }

    /// Does what may block on the disk pool, and goes on here, unless the client has left meanwhile.
    ///
    /// - Parameters:
    ///   - length: Bytes that are read, about.
    ///   - isBounded: False for what each connection asks for once at a time.
    ///   - work: What is done there.
    ///   - then: Goes on with its result.
    ///   - late: Called when the read is late or the queue is full; returns true if the exchange continues without the read.
    func onDisk<Result: Sendable>(
        reading length: Int64 = 0,
        isBounded: Bool = true,
        _ work: @escaping @Sendable () -> Result,
        then: @escaping (Exchange, Result) -> Void,
        late: @escaping (Exchange) -> Bool
    ) {
        let isTaken = state.onDisk(reading: length, isBounded: isBounded, work) { [self] in
            guard !isOver else { return true }
            let goesOn = late(self)
            if goesOn { connection.flushIfNeeded() }
            return goesOn
        } done: { [self] result in
            guard !isOver else { return }
            then(self, result)
            connection.flushIfNeeded()
        }
        if !isTaken, !late(self) { refuseForDisk() }
    }

    /// Asks the origin in the place of the disk, where the client and the budget allow it.
    ///
    /// - Returns: Whether it does.
    func fetchInstead() -> Bool {
        guard mayFetchInstead() else { return false }
        fetch()
        return true
    }

    /// Whether the origin may be asked in the place of the disk; takes the budget's token.
    ///
    /// Who follows a fill needs none.
    func mayFetchInstead() -> Bool {
        guard instead == .notYet else { return false }
        switch planWithoutStore {
        case .fill: return state.proxy.fills.isFilling(fillKey) || state.proxy.origins.takeRetry()
        case .pass: return state.proxy.origins.takeRetry()
        default: return false
        }
    }

    /// Asks the origin in the place of the disk.
    func fetch() {
        instead = .underWay
        noteSightings()
        state.counters.add(.missesDisk)
        if case .fill = planWithoutStore {
            join(for: .fill, .miss, isCounted: true)
        } else {
            pass(.miss, isCounted: true)
        }
    }

    private var planWithoutStore: Plan {
        Planner.plan(facts, stored: nil, anyVariantStored: false, now: SystemClock.now, rules: route.rules)
    }

    /// The origin has nothing better than what is stored: that is waited for, however long it takes.
    func goBackToDisk() {
        instead = .over
        leaveFill()
        isLeader = false
        reason = nil
        lookAgain()
    }

    /// More waits for the disk than is good, and the origins have been asked often enough.
    func refuseForDisk() {
        guard !hasHead else { return breakOff() }
        answerOwn(
            503,
            "The disk of the cache is late, and too many requests wait for it.",
            "disk-queue",
            more: Fields([("Retry-After", "1")])
        )
    }
}

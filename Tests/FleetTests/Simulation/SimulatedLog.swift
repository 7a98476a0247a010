// A log in etcd as the walk has it: its history, its records and its counter, and all that can happen to them. Each purge knows
// the one before it, so that a node's order can be judged.

import Fleet
import Runtime
import TestSupport

struct SimulatedLog {
    /// What was purged, ever, in any log.
    struct Purge {
        /// The purge before it in its log; 0 if it is the first.
        let previous: Int
        /// The purge before it by the counter; 0 if it is the first of one.
        let counted: Int
        let at: Instant
    }

    private struct Record {
        let serial: Int
        let row: LogRow
        var removedAt: Int64?
    }

    /// What a backup has.
    private struct Contents {
        var identity = LogIdentity(cluster: "1", identity: "first")
        var revision: Int64 = 1
        var compacted: Int64 = 0
        var number: UInt64 = 0
        var countRevision: Int64 = 0
        /// The value of the counter.
        var id = ""
        /// The last purge.
        var last = 0
        var records: [Record] = []
        var history: [LogChange] = []
        /// All purges that led here, those trimmed too.
        var purges: [Int] = []
        /// How many of them had numbers of a counter that was lost.
        var uncounted = 0
    }

    private var contents = Contents()
    private var backups: [Contents] = []
    private(set) var purges: [Purge] = [Purge(previous: 0, counted: 0, at: Instant(nanoseconds: 0))]
    /// Changes when the cluster is another one than before: all that was open is closed then.
    private(set) var generation = 0

    static func id(_ serial: Int) -> String { "purge-\(serial)" }
    /// The purge that a position is behind; 0 if there is none.
    static func serial(_ id: String) -> Int { Int(id.dropFirst("purge-".count)) ?? 0 }

    var end: LogEnd {
        LogEnd(
            log: contents.identity,
            number: contents.number,
            revision: contents.revision,
            record: contents.countRevision,
            id: contents.id
        )
    }

    /// The purges of this log from before an instant: a node that hears must have them.
    func purges(before instant: Instant) -> [Int] { contents.purges.filter { purges[$0].at < instant } }
}

// What reads it.
extension SimulatedLog {
    func revision(of id: String) -> Int64? {
        contents.records.first { $0.row.id == id && $0.removedAt == nil }?.row.revision
    }

    /// Nil if history is compacted past it, or it is in the future.
    func page(from: Int64, at revision: Int64, limit: Int) -> (rows: [LogRow], hasMore: Bool)? {
        guard revision >= contents.compacted, revision <= contents.revision else { return nil }
        let found = contents.records.filter {
            $0.row.revision >= from && $0.row.revision <= revision && $0.removedAt.map { $0 > revision } ?? true
        }
        return (found.prefix(limit).map(\.row), found.count > limit)
    }

    /// The changes from a revision on; nil if history is compacted past it.
    func changes(from revision: Int64) -> [LogChange]? {
        guard revision > contents.compacted else { return nil }
        return contents.history.filter { $0.revision >= revision }
    }
}

// What happens to it.
extension SimulatedLog {
    /// What one change of the walk can be.
    enum Happening: CaseIterable {
        case purge, unknownRecord, otherKey, trim, compact, backUp, restore, wipe, otherCluster, loseCounter,
            foreignRecord
        case foreignCount

        /// What takes nothing from the log: nobody has a reason to doubt.
        static let harmless: [Happening] = [.purge, .otherKey, .compact, .backUp]

        /// True for what happens only to a log that has some records.
        var isOfAge: Bool { [.trim, .loseCounter, .foreignRecord, .foreignCount].contains(self) }

        /// How often it happens, beside the others.
        var weight: Int {
            switch self {
            case .purge: 60
            case .otherKey: 20
            case .trim, .compact: 5
            case .backUp: 4
            case .unknownRecord, .restore: 2
            case .wipe, .otherCluster, .loseCounter, .foreignRecord, .foreignCount: 1
            }
        }
    }

    mutating func happen(_ happening: Happening, at now: Instant, _ random: inout SeededGenerator) {
        // A node without any record has no past to compare. What only meddling with so young a log can do is left out.
        guard contents.number >= 8 || !happening.isOfAge else { return }
        switch happening {
        case .purge:
            let isBurst = Int.random(in: 0..<8, using: &random) == 0
            for _ in 0..<(isBurst ? 8 : 1) { append(Self.record(purges.count), at: now) }
        case .unknownRecord: append(Bool.random(using: &random) ? Array(#"{"v":2}"#.utf8) : [0xFF], at: now)
        case .otherKey: contents.revision += Int64.random(in: 1...5, using: &random)
        case .trim: trim(leaving: Int.random(in: 1...6, using: &random))
        case .compact: compact(Int64.random(in: 0...20, using: &random))
        case .backUp: backups.append(contents)
        case .restore:
            guard let backup = backups.randomElement(using: &random) else { return }
            contents = backup
            generation += 1
            // It may have grown past what a node had before the node returns.
            for _ in 0..<Int.random(in: 0..<40, using: &random) { append(Self.record(purges.count), at: now) }
        case .wipe, .otherCluster:
            contents = Contents()
            contents.identity = LogIdentity(
                cluster: "c\(generation)",
                identity: happening == .wipe ? "\(now)" : "first"
            )
            generation += 1
        case .loseCounter: loseCounter()
        case .foreignRecord: putForeignRecord(Int.random(in: 1_000_000...9_999_999, using: &random))
        case .foreignCount: count("foreign-\(contents.revision)")
        }
    }

    private static func record(_ serial: Int) -> [UInt8] {
        FleetRecord(by: "a", at: 0, isSoft: false, rules: [FleetRule(.url, id(serial))]).encoded
    }

    private mutating func append(_ value: [UInt8], at now: Instant) {
        let serial = purges.count
        purges.append(Purge(previous: contents.purges.last ?? 0, counted: contents.last, at: now))
        contents.purges.append(serial)
        contents.last = serial
        let row = LogRow(revision: contents.revision + 1, id: Self.id(serial), value: value)
        contents.records.append(Record(serial: serial, row: row))
        contents.history.append(.record(row))
        count(row.id)
    }

    /// Writes the counter.
    private mutating func count(_ id: String) {
        contents.revision += 1
        contents.number += 1
        contents.countRevision = contents.revision
        contents.id = id
        contents.history.append(.count(revision: contents.revision, number: contents.number))
    }

    private mutating func trim(leaving count: Int) {
        let present = contents.records.indices.filter { contents.records[$0].removedAt == nil }
        guard present.count > count else { return }
        contents.revision += 1
        for index in present.dropLast(count) { contents.records[index].removedAt = contents.revision }
        // A counter that was lost, and then all of its records: a node that had none of them cannot know of them.
        let uncounted = contents.purges.prefix(contents.uncounted)
        guard !contents.records.contains(where: { $0.removedAt == nil && uncounted.contains($0.serial) }) else {
            return
        }
        contents.purges.removeFirst(contents.uncounted)
        contents.uncounted = 0
    }

    private mutating func compact(_ distance: Int64) {
        contents.compacted = max(contents.compacted, contents.revision - distance)
        contents.history.removeAll { $0.revision <= contents.compacted }
        contents.records.removeAll { $0.removedAt.map { $0 <= contents.compacted } ?? false }
    }

    private mutating func loseCounter() {
        contents.revision += 1
        contents.uncounted = contents.purges.count
        contents.number = 0
        contents.countRevision = 0
        contents.id = ""
        contents.last = 0
        contents.history.append(.count(revision: contents.revision, number: 0))
    }

    private mutating func putForeignRecord(_ name: Int) {
        contents.revision += 1
        let row = LogRow(revision: contents.revision, id: "foreign-\(name)", value: [])
        contents.records.append(Record(serial: 0, row: row))
        contents.history.append(.record(row))
    }
}

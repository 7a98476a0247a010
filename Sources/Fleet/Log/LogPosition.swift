// Value. How far a node has followed a log. The store keeps it in the transaction of the purges that led to it, so it is never
// ahead of what has been purged (F3).

import Coding

package struct LogPosition: Hashable, Sendable {
    package let log: LogIdentity
    /// The number of records up to here, ever: numbers have no gaps.
    package let number: UInt64
    /// A revision at which the log was known to end here.
    package let revision: Int64
    /// The revision of the last record; 0 in an empty log.
    package let record: Int64
    /// The id of the last record; empty in an empty log.
    package let id: String

    package init(log: LogIdentity, number: UInt64, revision: Int64, record: Int64, id: String) {
        self.log = log
        self.number = number
        self.revision = revision
        self.record = record
        self.id = id
    }

    /// Where the log is read on from.
    ///
    /// From the last record on, not from `revision`: what was written between the two is not missed, should the log have been
    /// restored in the meantime. Without a record, what was written before `revision` had numbers of a counter that was lost.
    package var next: Int64 { (number == 0 ? revision : record) + 1 }

    /// The position behind the next record.
    package func after(_ row: LogRow) -> LogPosition {
        LogPosition(log: log, number: number + 1, revision: row.revision, record: row.revision, id: row.id)
    }

    /// The same position in the log, known to be its end at a revision.
    package func confirmed(at revision: Int64) -> LogPosition {
        LogPosition(log: log, number: number, revision: revision, record: record, id: id)
    }

    /// True if both are behind the same record.
    package func hasSameRecord(as other: LogPosition) -> Bool {
        log == other.log && number == other.number && record == other.record && id == other.id
    }
}

// What the store keeps.
extension LogPosition {
    /// Longer texts are not read.
    private static let encodedLimit = 4_096

    /// The position as a few hundred bytes of JSON.
    package var encoded: [UInt8] {
        let value: JSON = [
            "cluster": .string(log.cluster), "identity": .string(log.identity),
            "number": .integer(Int(clamping: number)), "revision": .integer(Int(revision)),
            "record": .integer(Int(record)), "id": .string(id),
        ]
        return Array(value.description.utf8)
    }

    /// The position that was encoded; nil if the bytes are no position.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count <= Self.encodedLimit, let value = try? JSON(parsing: bytes),
            let cluster = value["cluster"]?.text, let identity = value["identity"]?.text,
            case .integer(let number) = value["number"], LogRevision.range ~= Int64(number),
            case .integer(let revision) = value["revision"], LogRevision.range ~= Int64(revision),
            case .integer(let record) = value["record"], LogRevision.range ~= Int64(record),
            let id = value["id"]?.text
        else { return nil }
        self.init(
            log: LogIdentity(cluster: cluster, identity: identity),
            number: UInt64(number),
            revision: Int64(revision),
            record: Int64(record),
            id: id
        )
    }
}

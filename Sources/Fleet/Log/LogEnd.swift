// Value. Where a log ended when a linearizable read was answered: identity and counter, read in one transaction.

package struct LogEnd: Hashable, Sendable {
    package let log: LogIdentity
    /// The number of records ever: the version of the counter.
    package let number: UInt64
    /// The revision of the whole store, which other keys move too.
    package let revision: Int64
    /// The revision that the counter, and so the last record, was written at; 0 if there is no record.
    package let record: Int64
    /// The id of the last record; empty in an empty log, and for an id that larder does not write.
    package let id: String

    package init(log: LogIdentity, number: UInt64, revision: Int64, record: Int64, id: String) {
        self.log = log
        self.number = UInt64(LogRevision.clamped(Int64(clamping: number)))
        self.revision = LogRevision.clamped(revision)
        self.record = LogRevision.clamped(record)
        self.id = RecordID.isValid(id) ? id : ""
    }

    package var position: LogPosition {
        LogPosition(log: log, number: number, revision: revision, record: record, id: id)
    }
}

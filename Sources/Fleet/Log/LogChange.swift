// Value. What a watch tells of the log: a record and its count come as two changes of the same revision. The shell
// leaves out the removal of old records.

package enum LogChange: Hashable, Sendable {
    case record(LogRow)
    /// The counter was written, and so has the version `number`; 0 if it was deleted.
    case count(revision: Int64, number: UInt64)

    package var revision: Int64 {
        switch self {
        case .record(let row): row.revision
        case .count(let revision, _): revision
        }
    }
}

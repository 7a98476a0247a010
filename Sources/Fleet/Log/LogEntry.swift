// Value. A record of the log with its place in it, ready to be applied.

package struct LogEntry: Hashable, Sendable {
    package let number: UInt64
    package let revision: Int64
    package let id: String
    package let record: FleetRecord

    package init(number: UInt64, revision: Int64, id: String, record: FleetRecord) {
        self.number = number
        self.revision = revision
        self.id = id
        self.record = record
    }
}

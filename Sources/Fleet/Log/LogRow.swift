// Value. A key and value under `w/log/`, not yet read as a record: records wait in this form, since it is the smaller one.

package struct LogRow: Hashable, Sendable {
    /// The revision it was written at.
    package let revision: Int64
    /// The last part of the key; empty if it is no id of larder's.
    package let id: String
    package let value: [UInt8]

    package init(revision: Int64, id: String, value: [UInt8]) {
        self.revision = LogRevision.clamped(revision)
        self.id = RecordID.isValid(id) ? id : ""
        self.value = value
    }
}

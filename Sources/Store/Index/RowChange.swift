// Value. One change of the index's rows.

enum RowChange: Sendable {
    /// A row, and the groups that the response is a member of; nil where they are as they were.
    indirect case put(IndexRow, groups: [String]?)
    /// As `put`, where the catalog may not know of another record of the key and variant. The older one is marked as removed, so
    /// that no rebuild finds it once the newer one is gone.
    indirect case supersede(IndexRow, groups: [String])
    indirect case freshen(IndexRow, groups: [String])
    case remove(key: [UInt8], RecordLocation)
    case volume(VolumeRow)
    case removeVolume(UInt32)
}

// A value. What is asked of the index thread.

enum IndexJob: Sendable {
    /// A row, and the groups that the response is a member of; nil where they are as they were.
    case put(IndexRow, groups: [String]?)
    /// The same where the directory may not know of another record of the key and variant: the older one is marked as removed, so
    /// that no rebuilding finds it when the newer one is gone.
    indirect case supersede(IndexRow, groups: [String])
    indirect case freshen(IndexRow, groups: [String])
    case remove(key: [UInt8], RecordLocation)
    case volume(VolumeRow)
    case removeVolume(UInt32)
    /// Removes what rules of the fence match, then retires the rules.
    case sweep([Sweep])
    /// Rows of a range, from a place on, for `ls`.
    indirect case list(KeyRange, after: ListPlace?, limit: Int, @Sendable ([IndexRow]) -> Void)
    /// The cache directory was taken into use, or another one in its place.
    case reopen
    /// Volumes could be opened that could not at the start, or when the index was rebuilt.
    case opened([UInt32])
    /// The reading connection found the file broken; told by the file's identity.
    case broken(FileIdentity, StoreError)
    /// Calls back when all before is in the file.
    case barrier(@Sendable () -> Void)
    case close(isClean: Bool)

    /// Whether it changes rows, which a transaction does together.
    var isRow: Bool {
        switch self {
        case .put, .supersede, .freshen, .remove, .volume, .removeVolume: true
        case .sweep, .list, .reopen, .opened, .broken, .barrier, .close: false
        }
    }
}

// Value. What the index thread does besides rows and purges, after all that came before.

enum IndexCommand: Sendable {
    /// Reads rows of a range, from a place on, for `ls`.
    case list(KeyRange, after: ListPlace?, limit: Int, @Sendable ([IndexRow]) -> Void)
    /// The cache directory was taken into use, or another one in its place.
    case reopen
    /// Volumes could be opened that could not at the start, or when the index was rebuilt.
    case opened([UInt32])
    /// The reading connection found the file broken; the identity says which file.
    case broken(FileIdentity, StoreError)
    /// Calls back when all before is in the file.
    case barrier(@Sendable () -> Void)
    case close(isClean: Bool)
}

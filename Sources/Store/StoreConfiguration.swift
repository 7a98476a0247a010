// A value. What the store is told at its start.

/// The store's settings.
public struct StoreConfiguration: Sendable, Equatable {
    /// The cache directory; made where it is missing.
    public var directory: String
    /// Bytes on disk, index and volumes being written included; 32 MiB at least.
    public var maximumSize: Int64
    /// Bytes of the memory tier.
    public var memory: Int64
    /// Threads for disk reads that an event loop may not wait for.
    public var diskThreads: Int

    /// Makes the settings of a store.
    public init(directory: String, maximumSize: Int64, memory: Int64, diskThreads: Int = 8) {
        self.directory = directory
        self.maximumSize = maximumSize
        self.memory = memory
        self.diskThreads = diskThreads
    }
}

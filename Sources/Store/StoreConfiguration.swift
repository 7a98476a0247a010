// Value. The store's settings, given at its start.

/// The store's settings.
public struct StoreConfiguration: Sendable, Equatable {
    /// The cache directory; made if it is missing.
    public var directory: String
    /// The most bytes on disk, including index and volumes being written; 32 MiB at least.
    public var maximumSize: Int64
    /// Bytes of the memory tier.
    public var memory: Int64
    /// The number of threads for disk reads that an event loop may not wait for.
    public var diskThreads: Int
    /// Bytes a second that the scrub reads; 0 turns it off.
    public var scrubRate: Int64
    /// The time between two rounds of the scrub.
    public var scrubPause: Duration

    /// Makes the settings of a store.
    public init(
        directory: String,
        maximumSize: Int64,
        memory: Int64,
        diskThreads: Int = 8,
        scrubRate: Int64 = 0,
        scrubPause: Duration = .seconds(60)
    ) {
        self.directory = directory
        self.maximumSize = maximumSize
        self.memory = memory
        self.diskThreads = diskThreads
        self.scrubRate = scrubRate
        self.scrubPause = scrubPause
    }
}

// Shared. The store: keeps, finds, reads, purges and evicts responses. It knows no sockets and no HTTP exchange; its
// callers decide with HTTPCaching which responses may be stored and reused.
//
// Catalog (memory) → volumes (files) → index (SQLite); each file describes its own part, and docs/architecture.md the
// whole. A failing store never fails a request: every call has a result that means "do without".

public import HTTPCaching
public import Logging
public import NIOCore
public import Runtime
import Synchronization

/// A cache directory in use.
public final class Store: Sendable {
    let core: StoreCore
    private let threads: StoreThreads
    let index: SharedIndexReader

    /// The pool for reads that an event loop may not wait for.
    public let disk: BlockingPool

    /// Opens a cache directory, which is made if it is missing, and begins to serve from it while its index still
    /// loads.
    ///
    /// Blocks for an open and a read of each volume.
    /// - Parameters:
    ///   - configuration: The directory and its limits.
    ///   - clock: The time.
    ///   - logger: For reports of trouble and recovery.
    /// - Throws: `inUse` if another larder uses the directory, `corrupt` if it has another format. A directory that
    ///   cannot be written is no error: the store waits until it can, and stores nothing until then.
    public convenience init(
        _ configuration: StoreConfiguration,
        clock: Clock = .system,
        logger: Logger
    ) throws(StoreError) {
        try self.init(configuration, clock: clock, logger: logger) { (path, number) throws(StoreError) in
            try Volume.open(path, number: number)
        }
    }

    /// The same with another function to open volumes, for tests.
    init(
        _ configuration: StoreConfiguration,
        clock: Clock = .system,
        logger: Logger,
        openVolume: @escaping VolumeSurvey.Open
    ) throws(StoreError) {
        let opened = try StoreOpening(configuration, openVolume: openVolume, clock: clock, logger: logger)
        let core = opened.core
        self.core = core
        index = SharedIndexReader(core)
        disk = Self.makeDiskPool(threads: configuration.diskThreads)
        threads = opened.start(configuration)
    }

    /// If both want the same processor, a read of the disk can wait a little, but a loop's hits cannot.
    private static func makeDiskPool(threads: Int) -> BlockingPool {
        do throws(SystemError) {
            return try BlockingPool(threads: (0..<threads).map { "larder-disk-\($0)" }, niceness: 10)
        } catch {
            preconditionFailure("the system gives no thread to read the disk: error \(error.code)")
        }
    }

    // MARK: Finding and reading

    /// The hash of a cache key.
    ///
    /// Any thread, no allocation.
    public func hash(_ key: RawSpan) -> UInt64 { core.keyHash(key) }

    /// The stored responses for a key, as far as the catalog knows them; counts an access.
    ///
    /// Any thread, no allocation.
    public func look(up hash: UInt64, key: RawSpan) -> Lookup {
        // Read before the look-up: a purge that has ended by now has removed its matches from the catalog.
        let mayBeRefused = core.fence.isActive
        let found = core.catalog.look(up: hash)
        if case .miss = found { return core.isLoaded.load(ordering: .acquiring) ? .miss : .loading }
        return mayBeRefused ? allowed(of: found, key: key) : found
    }

    /// Drops candidates that match an active ban.
    func allowed(of found: Lookup, key: RawSpan) -> Lookup {
        switch found {
        case .miss, .loading: return found
        case .one(let candidate): return isAllowed(candidate.entry, key) ? found : .miss
        case .several(let candidates):
            let allowed = candidates.filter { isAllowed($0.entry, key) }
            return allowed.isEmpty ? .miss : .several(allowed)
        }
    }

    /// In this order: a purge whose sweep ends in between refuses nothing any more, but its entries have left the
    /// catalog.
    private func isAllowed(_ entry: CatalogEntry, _ key: RawSpan) -> Bool {
        !core.fence.refuses(key, of: entry.epoch) && core.catalog.entry(entry.hash, at: entry.location) != nil
    }

    /// Loads the entries of a key from the index that the catalog has not loaded yet.
    ///
    /// Blocks: on the disk pool.
    public func find(key: [UInt8]) -> Lookup {
        let epoch = epoch
        for row in index.rows(of: key) { core.load(row, readIn: epoch) }
        // because any byte is defined as raw memory
        let found = unsafe look(up: core.keyHash(key), key: key.span.bytes)
        if case .loading = found { return .miss }
        return found
    }

    /// Bodies up to this are read along with their head, in bytes.
    public static let readAlong: Int64 = 64 * 1024

    /// Reads a stored response's head, and its body up to `readAlong`.
    /// - Parameters:
    ///   - entry: The entry that the look-up found.
    ///   - key: The key of the look-up; compared with the record's.
    ///   - mayBlock: False on an event loop: then `wouldBlock` if the page cache does not have the record.
    /// - Returns: The response, or why there is none.
    public func read(_ entry: CatalogEntry, key: RawSpan, mayBlock: Bool) -> StoredRead {
        core.read(entry, key: key, mayBlock: mayBlock)
    }

    /// The same into a reusable buffer: no allocation once it is large enough.
    ///
    /// The contents of the buffer are overwritten; a caller that keeps a part of the response copies it.
    public func read(
        _ entry: CatalogEntry,
        key: RawSpan,
        mayBlock: Bool,
        into buffer: inout ByteBuffer
    ) -> StoredRead {
        core.read(entry, key: key, mayBlock: mayBlock, into: &buffer)
    }

    /// Whether the memory tier has room for a response without evicting another.
    ///
    /// One short lock.
    public func hasRoomInMemory(for entry: CatalogEntry) -> Bool { core.catalog.hasRoomInMemory(for: entry) }

    /// Reads a piece of a body from a volume.
    ///
    /// Blocks unless `mayBlock` is false.
    /// - Returns: The bytes; nil if they cannot be read, or not without waiting.
    public func readBody(_ volume: Volume, _ range: Range<Int64>, mayBlock: Bool) -> ByteBuffer? {
        var buffer = ByteBuffer()
        let read = volume.file.read(range.count, at: range.lowerBound, into: &buffer, mayBlock: mayBlock)
        if read == .complete { return buffer }
        if mayBlock { core.counters.readErrors.add(1) }
        return nil
    }

    /// Reads the whole body of a stored response, however long, and compares it with its checksum.
    ///
    /// Blocks.
    /// - Returns: The body; nil if it cannot be read or was changed: then the response is forgotten.
    public func readWhole(_ response: StoredResponse, key: [UInt8]) -> ByteBuffer? {
        core.readWhole(response, key: key)
    }

    /// Notes whether a read that a hit waited for came in time.
    ///
    /// Any thread, one short lock.
    public func noteRead(inTime: Bool) { core.reads.note(inTime: inTime) }

    /// Whether the disk was late repeatedly.
    public var isSlow: Bool { core.reads.isSlow }

    /// Tests whether a disk that was late is fast enough again; called about once a second, by any thread.
    public func probeReads() { core.reads.probe(core.volumes, on: disk) }

    /// Keeps a copy of a small response in memory; the tier decides which responses it replaces.
    ///
    /// Any thread.
    public func admit(_ item: MemoryItem, for entry: CatalogEntry) {
        core.catalog.admit(item, for: entry)
    }

    /// The names of the request fields that select among variants; empty if an entry has no `Vary`.
    public func varyNames(of entry: CatalogEntry) -> [String] { core.varySets.names(of: entry.vary) }

    /// The variant for a set of names and their canonical values; nil if there are too many different sets.
    public func variant(names: [String], selecting text: String) -> Variant? {
        core.variant(names: names, selecting: text)
    }

    /// True if the entry is of that variant, as far as its hash shows.
    public func matches(_ entry: CatalogEntry, _ variant: Variant) -> Bool {
        entry.vary == variant.vary && entry.variant == variant.hash
    }

    // MARK: Filling

    /// The generation of a fill or validation that begins now.
    public var epoch: UInt32 { core.fence.epoch }

    /// Begins to store a response.
    ///
    /// Any thread; never waits.
    /// - Parameter response: Everything but its body.
    /// - Returns: The writer for the body.
    /// - Throws: The refusal, which is counted.
    public func beginFill(_ response: NewResponse) throws(StoreRefusal) -> FillWriter {
        if let refusal = refusal(of: response) {
            core.counters.count(refusal)
            throw refusal
        }
        return FillWriter(response, hash: core.keyHash(response.key), store: core)
    }

    private func refusal(of response: NewResponse) -> StoreRefusal? {
        guard response.headerLength <= 64 << 10, response.key.count <= Int(UInt16.max) else {
            return .headTooLarge
        }
        guard response.bodyLength ?? 0 <= core.largestBody.load(ordering: .relaxed) else { return .tooLarge }
        guard !core.isSick.load(ordering: .relaxed) else { return .sick }
        return nil
    }

    /// Updates the stored response from an origin's 304.
    ///
    /// `target` is the path and query that the origin got; empty if they are those of the key. `epoch` is the
    /// generation in which the validation began.
    public func freshen(
        _ entry: CatalogEntry,
        key: [UInt8],
        head: ByteBuffer,
        target: [UInt8] = [],
        facts: StoredFacts,
        epoch: UInt32,
        groups: [String] = []
    ) {
        var facts = facts
        let head = RecordHead.joined(head, target: target, &facts)
        let freshened = Freshened(entry: entry, key: key, head: head, facts: facts, epoch: epoch, groups: groups)
        core.post(.freshen(freshened))
    }

    // MARK: Operation

    /// Changes the limit of disk use; the oldest responses beyond it are removed at once.
    public func setMaximumSize(_ bytes: Int64) { core.post(.setMaximumSize(bytes)) }

    /// Changes how many bytes a second the scrub reads; 0 turns it off.
    public func setScrubRate(_ bytes: Int64) { core.scrub.rate = bytes }

    /// The present figures.
    ///
    /// Some locks, no disk.
    public var statistics: StoreStatistics { StoreStatistics(core) }

    /// How often too many jobs waited for the thread that writes volumes.
    public var timesWriterFull: Int { core.writes.timesFull }

    /// How often too many jobs waited for the index's thread.
    public var timesIndexFull: Int { core.indexing.timesFull }

    /// Stored responses whose keys are in a range, in the order of their keys.
    ///
    /// `completion` is called on another thread.
    public func list(
        _ range: KeyRange,
        after place: ListPlace? = nil,
        limit: Int,
        completion: @escaping @Sendable ([ListedResponse]) -> Void
    ) {
        let answer: @Sendable ([IndexRow]) -> Void = { rows in completion(rows.map(ListedResponse.init)) }
        if !core.post(.list(range, after: place, limit: limit, answer)) { completion([]) }
    }

    /// Calls back when everything accepted so far is written and indexed.
    public func whenSettled(_ completion: @escaping @Sendable () -> Void) {
        let core = core
        let thenIndex: @Sendable () -> Void = { if !core.post(IndexCommand.barrier(completion)) { completion() } }
        if !core.post(WriteJob.barrier(thenIndex)) { completion() }
    }

    /// Ends the store's threads; blocks until volumes and index are on the disk.
    ///
    /// Once, at the end.
    public func close() {
        core.scrub.close()
        threads.scrub.join()
        core.post(WriteJob.close)
        core.writes.close()
        threads.writer.join()
        core.post(IndexCommand.close(isClean: !core.isSick.load(ordering: .relaxed)))
        core.indexing.close()
        threads.index.join()
        core.lock.withLock { $0 = nil }
        disk.shutDown()
    }
}

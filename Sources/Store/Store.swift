// Shared. The store: where responses are kept, found, read, purged and evicted. It knows no sockets and no HTTP
// exchange; what may be kept and reused is decided by its callers with HTTPCaching.
//
// Catalog (memory) → volumes (files) → index (SQLite), each described at the top of its own file and together in
// docs/architecture.md. A store that fails never fails a request: every call has an answer that means "do without".

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

    /// Where reads go that an event loop may not wait for.
    public let disk: BlockingPool

    /// Opens a cache directory, made where it is missing, and begins to serve from it while its index still loads.
    ///
    /// Blocks for an open and a read of each volume.
    /// - Parameters:
    ///   - configuration: The directory and its limits.
    ///   - clock: The time.
    ///   - logger: Where trouble and recovery are told.
    /// - Throws: `inUse` where another larder has the directory, `corrupt` where it is another format's. A directory
    ///   that cannot be written is no error: the store waits for it, and stores nothing until then.
    public convenience init(
        _ configuration: StoreConfiguration,
        clock: Clock = .system,
        logger: Logger
    ) throws(StoreError) {
        try self.init(configuration, clock: clock, logger: logger) { (path, number) throws(StoreError) in
            try Volume.open(path, number: number)
        }
    }

    /// The same with another way to open volumes, for tests.
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

    /// A read of the disk can wait a little; a loop's hits cannot, where both want the same processor.
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

    /// What is stored for a key, as far as memory knows; counts an access.
    ///
    /// Any thread, no allocation.
    public func look(up hash: UInt64, key: RawSpan) -> Lookup {
        // Before the look: a purge that is over by now has taken what it matches out of the catalog.
        let mayBeRefused = core.fence.isActive
        let found = core.catalog.look(up: hash)
        if case .miss = found { return core.isLoaded.load(ordering: .acquiring) ? .miss : .loading }
        return mayBeRefused ? allowed(of: found, key: key) : found
    }

    /// Leaves out what a purge refuses that is being swept.
    func allowed(of found: Lookup, key: RawSpan) -> Lookup {
        switch found {
        case .miss, .loading: return found
        case .one(let candidate): return isAllowed(candidate.entry, key) ? found : .miss
        case .several(let candidates):
            let allowed = candidates.filter { isAllowed($0.entry, key) }
            return allowed.isEmpty ? .miss : .several(allowed)
        }
    }

    /// In this order: a purge whose sweep ends in between refuses nothing any more, and its entries have left the directory.
    private func isAllowed(_ entry: CatalogEntry, _ key: RawSpan) -> Bool {
        !core.fence.refuses(key, of: entry.epoch) && core.catalog.entry(entry.hash, at: entry.location) != nil
    }

    /// What the index knows of a key that the catalog has not loaded yet, loaded into it.
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
    ///   - entry: What the look-up found.
    ///   - key: The key it was looked up by; compared with the record's.
    ///   - mayBlock: False on an event loop: then `wouldBlock` where the page cache lacks it.
    /// - Returns: The response, or why there is none.
    public func read(_ entry: CatalogEntry, key: RawSpan, mayBlock: Bool) -> StoredRead {
        core.read(entry, key: key, mayBlock: mayBlock)
    }

    /// The same into a buffer that is used again and again: no allocation once it is large enough.
    ///
    /// What the buffer holds is written over; a caller that keeps a part of the response copies it.
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

    /// Reads a piece of a body that lies in a volume.
    ///
    /// Blocks unless `mayBlock` is false.
    /// - Returns: The bytes; nil where they cannot be read, or not without waiting.
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
    /// - Returns: The body; nil where it cannot be read, or is not what was stored: then it is forgotten.
    public func readWhole(_ response: StoredResponse, key: [UInt8]) -> ByteBuffer? {
        core.readWhole(response, key: key)
    }

    /// Notes whether a read that a hit waited for came in time.
    ///
    /// Any thread, one short lock.
    public func noteRead(inTime: Bool) { core.reads.note(inTime: inTime) }

    /// Whether the disk has been late again and again.
    public var isSlow: Bool { core.reads.isSlow }

    /// Finds out whether a disk that was late is in time again; called about once a second, by any thread.
    public func probeReads() { core.reads.probe(core.volumes, on: disk) }

    /// Keeps a copy of a small response in memory; the tier decides what gives way.
    ///
    /// Any thread.
    public func admit(_ item: MemoryItem, for entry: CatalogEntry) {
        core.catalog.admit(item, for: entry)
    }

    /// The names of the request fields that select among variants; empty where an entry has no `Vary`.
    public func varyNames(of entry: CatalogEntry) -> [String] { core.varySets.names(of: entry.vary) }

    /// The variant that a set of names and their canonical values make; nil where there are too many different sets.
    public func variant(names: [String], selecting text: String) -> Variant? {
        core.variant(names: names, selecting: text)
    }

    /// True where the entry is of that variant, as far as hashes tell.
    public func matches(_ entry: CatalogEntry, _ variant: Variant) -> Bool {
        entry.vary == variant.vary && entry.variant == variant.hash
    }

    // MARK: Filling

    /// The epoch of a fill or validation that begins now.
    public var epoch: UInt32 { core.fence.epoch }

    /// Begins to store a response.
    ///
    /// Any thread; never waits.
    /// - Parameter response: What is known before its body.
    /// - Returns: What takes the body.
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

    /// Writes what an origin's 304 changed over the stored response.
    ///
    /// `target` is the path and query that the origin was asked for; empty where they are those of the key. `epoch` is that in which
    /// the validation began.
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

    /// Changes the limit of disk use; what is over it goes at once, oldest first.
    public func setMaximumSize(_ bytes: Int64) { core.post(.setMaximumSize(bytes)) }

    /// Changes how many bytes a second the scrub reads; 0 turns it off.
    public func setScrubRate(_ bytes: Int64) { core.scrub.rate = bytes }

    /// Figures of this moment.
    ///
    /// Some locks, no disk.
    public var statistics: StoreStatistics { StoreStatistics(core) }

    /// How often too many jobs waited for the thread that writes volumes.
    public var timesWriterFull: Int { core.writes.timesFull }

    /// How often too many jobs waited for the index's thread.
    public var timesIndexFull: Int { core.indexing.timesFull }

    /// Stored responses whose keys are in a range, in the order of their keys.
    ///
    /// `completion` is called elsewhere.
    public func list(
        _ range: KeyRange,
        after place: ListPlace? = nil,
        limit: Int,
        completion: @escaping @Sendable ([ListedResponse]) -> Void
    ) {
        let answer: @Sendable ([IndexRow]) -> Void = { rows in completion(rows.map(ListedResponse.init)) }
        if !core.post(.list(range, after: place, limit: limit, answer)) { completion([]) }
    }

    /// Calls back when everything handed over so far is written and indexed.
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

// Shared. What the store's parts have in common: the catalog, the fence, the open volumes, the inboxes, the counters.

import Glibc
import HTTPCaching
import HTTPMessage
import Logging
import NIOCore
import Runtime
import Synchronization

final class StoreCore: Sendable {
    /// The largest body that is read into memory whole on the writer thread.
    let largestCopy: Int64 = 32 << 20
    /// Bytes handed to the writer thread and not yet written.
    ///
    /// Past it fills are not stored: a bound on memory.
    static let backlogLimit = 64 << 20

    let catalog: Catalog
    let fence = Fence()
    let varySets = VarySets()
    let volumes = VolumeTable()
    let counters = StoreCounters()
    private let secret0: Atomic<UInt64>
    private let secret1: Atomic<UInt64>
    /// The secret is that of the cache directory, not one that stands in for it.
    let hasSecret = Atomic<Bool>(false)
    let openVolume: VolumeSurvey.Open
    let path: String
    let logger: Logger
    let clock: Clock
    let pacing = Pacing.measured
    let backlog = Atomic<Int>(0)
    /// Bytes of long bodies under way that are to be written whole.
    let longWholes = Atomic<Int>(0)
    /// False while the catalog loads the index or the index is rebuilt.
    let isLoaded = Atomic<Bool>(false)
    /// What was removed while the catalog loads: the index may have its row for an instant more.
    private let removedInLoading = Lock<Set<RecordLocation>>([])
    /// Past this, what was removed may be found once more, and is removed again.
    private static let removedInLoadingLimit = 4096
    /// The writer thread cannot write at the moment.
    let isSick = Atomic<Bool>(false)
    /// The index cannot be written at the moment.
    let isIndexSick = Atomic<Bool>(false)
    /// The index thread has the index open: it is whole, or was until now.
    let isIndexOpen = Atomic<Bool>(false)
    /// The largest body that is kept, in bytes; the writer thread tells it.
    let largestBody = Atomic<Int64>(Int64.max)
    let nextSequence = Atomic<UInt64>(1)
    let nextFill = Atomic<UInt64>(1)
    /// The lock of the cache directory, while it is in use.
    let lock = Lock<File?>(nil)
    let scrub = ScrubControl()
    let reads: ReadWatch
    let writes: Mailbox<WriteJob, CountingSemaphore>
    let indexing: Mailbox<IndexJob, CountingSemaphore>
    /// The index's thread goes on at once: somebody waits for it.
    let hurry = CountingSemaphore()
    let isHurried = Atomic<Bool>(false)

    init(
        _ configuration: StoreConfiguration,
        keyHash: KeyHash,
        openVolume: @escaping VolumeSurvey.Open,
        clock: Clock = .system,
        logger: Logger
    ) {
        catalog = Catalog(memoryLimit: configuration.memory)
        path = configuration.directory
        secret0 = Atomic(keyHash.secret0)
        secret1 = Atomic(keyHash.secret1)
        self.openVolume = openVolume
        self.logger = logger
        self.clock = clock
        reads = ReadWatch(logger: logger)
        writes = Mailbox(limit: Self.jobLimit) { logger.warning("Many jobs wait for the writer of the volumes") }
        indexing = Mailbox(limit: Self.jobLimit) { logger.warning("Many jobs wait for the index") }
    }

    /// Jobs that wait for a thread before its mailbox counts as full.
    ///
    /// None is dropped: a lost row or removal would have to be found again by a scan of the volumes.
    private static let jobLimit = 1 << 18

    /// The hash function of the directory's keys.
    ///
    /// It changes where the directory was not read at the start and is now: nothing is stored before that.
    var keyHash: KeyHash {
        get {
            KeyHash(secret0: secret0.load(ordering: .relaxed), secret1: secret1.load(ordering: .relaxed))
        }
        set {
            secret0.store(newValue.secret0, ordering: .relaxed)
            secret1.store(newValue.secret1, ordering: .relaxed)
        }
    }

    /// The writer thread does not keep up: what waits leaves the processor's cache, and writing it costs twice as much.
    var isBehind: Bool { backlog.load(ordering: .relaxed) > pacing.usualBacklog }

    /// Takes room in memory for a body that is to be written whole.
    ///
    /// - Returns: Its length, to be given back; 0 if it is too long or others have the room.
    func reserveWhole(_ length: Int64) -> Int {
        guard length <= FillWriter.longWholeLimit else { return 0 }
        guard longWholes.add(Int(length), ordering: .relaxed).newValue <= FillWriter.longWholes else {
            longWholes.subtract(Int(length), ordering: .relaxed)
            return 0
        }
        return Int(length)
    }

    /// Hands work to the writer thread; never waits for the disk.
    ///
    /// Who brings bytes lets the thread go first where it is behind for want of a processor: as long as it takes to write
    /// them.
    @discardableResult
    func post(_ job: WriteJob) -> Bool {
        let bytes: Int
        switch job {
        case .body(_, let piece): bytes = piece.readableBytes
        case .append(let whole): bytes = whole.bodyLength
        default: return writes.post(job)
        }
        let waiting = backlog.add(bytes, ordering: .relaxed).newValue
        let isTaken = writes.post(job)
        for _ in 0..<pacing.yields(for: bytes, waiting: waiting) where isBehind { sched_yield() }
        return isTaken
    }

    @discardableResult
    func post(_ change: RowChange) -> Bool { indexing.post(.row(change)) }

    @discardableResult
    func post(_ command: IndexCommand) -> Bool { indexing.post(.command(command)) }

    /// Makes a rule hold.
    func raise(_ rule: PurgeRule, _ completion: @escaping @Sendable (PurgeReport) -> Void) -> Sweep {
        let sequence = nextSequence.load(ordering: .relaxed)
        return Sweep(rule: rule, epoch: fence.raise(rule), sequence: sequence, completion: completion)
    }

    /// Hands purges to the index's thread, which does not let them wait.
    func post(_ sweeps: [Sweep]) -> Bool {
        guard indexing.post(.sweep(sweeps)) else { return false }
        if !isHurried.exchange(true, ordering: .relaxed) { hurry.signal() }
        return true
    }

    var volumesPath: String { path + "/volumes" }
    func path(ofVolume number: UInt32) -> String { volumesPath + "/" + Volume.name(number) }

    /// The next record's number.
    func takeSequence() -> UInt64 { nextSequence.add(1, ordering: .relaxed).oldValue }

    /// A row for the index of an entry with its key.
    func row(
        _ entry: CatalogEntry,
        key: [UInt8],
        variant: [UInt8],
        sequence: UInt64
    ) -> IndexRow {
        IndexRow(
            key: key,
            variant: variant,
            location: entry.location,
            headerLength: entry.headerLength,
            bodyLength: entry.bodyLength,
            bornAt: entry.bornAtSeconds,
            freshUntil: entry.freshUntilSeconds,
            isPlain: entry.isPlain,
            sequence: sequence
        )
    }

    /// The entry that a row of the index tells of; nil if the row cannot be right.
    func entry(_ row: IndexRow) -> CatalogEntry? {
        guard (Record.prefixLength...Record.maximumHeaderLength).contains(row.headerLength), row.headerLength % 8 == 0,
            (0...Record.maximumBodyLength).contains(row.bodyLength), let variant = variant(ofText: row.variant)
        else { return nil }
        var entry = CatalogEntry(
            hash: keyHash(row.key),
            variant: variant.hash,
            vary: variant.vary,
            location: row.location,
            headerLength: row.headerLength,
            bodyLength: row.bodyLength,
            facts: StoredFacts(
                status: 200,
                flags: [],
                bornAt: WallTime(secondsSinceEpoch: Int64(row.bornAt)),
                freshUntil: WallTime(secondsSinceEpoch: Int64(row.freshUntil)),
                staleWhileRevalidate: 0,
                staleIfError: 0
            ),
            epoch: 0,
            accesses: .unknown(at: catalog.clock.epoch)
        )
        if !row.isPlain { entry.flags.remove(.plain) }
        // Shorter ones are checked at every read.
        if entry.bodyLength > Store.readAlong { entry.flags.insert(.unverified) }
        return entry
    }

    /// Makes the response of a row known, unless a newer one is there, a purge fell on it, or its volume is gone.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - epoch: Where it was not read on the index thread, which sweeps groups: the epoch of before it was read.
    /// - Returns: False if the row is of no use.
    @discardableResult
    func load(_ row: IndexRow, readIn epoch: UInt32? = nil) -> Bool {
        guard volumes[row.location.volume] != nil, let entry = entry(row) else {
            return volumes.isThere(row.location.volume)
        }
        // The volume again, under the shard's lock: one that goes leaves the table first, then the catalog.
        catalog.load(entry) { isLoadable(row, readIn: epoch) }
        return true
    }

    /// Whether the response of a row is still there and no purge fell on it.
    func isLoadable(_ row: IndexRow, readIn epoch: UInt32?) -> Bool {
        volumes[row.location.volume] != nil && fence.allowsStoring(row.key, since: 1)
            && epoch.map { fence.allowsLoading(row.key, since: $0) } ?? true
            && !removedInLoading.withLock { $0.contains(row.location) }
    }

    /// Entries that a purge finds without the index: those of its key, or all.
    ///
    /// They are removed.
    func strays(of rule: PurgeRule, before epoch: UInt32) -> [CatalogEntry] {
        let strays =
            switch rule {
            case .key(let key): catalog.remove(keyHash(key)) { $0.epoch < epoch }
            case .all: catalog.removeAll { $0.epoch < epoch }
            case .prefix, .glob, .withoutHost, .group: [CatalogEntry]()
            }
        for entry in strays { post(.markRemoved(entry.location, hash: entry.hash)) }
        return strays
    }

    /// The next records are newer than any that a scan found.
    ///
    /// A number that cannot be right is none.
    func raiseSequence(above number: UInt64) {
        guard number < Record.maximumSequence else { return }
        var current = nextSequence.load(ordering: .relaxed)
        while current <= number {
            (_, current) = nextSequence.compareExchange(expected: current, desired: number + 1, ordering: .relaxed)
        }
    }

    /// Takes a record out of catalog, volume and index: it is broken, or another one is selected in its place.
    ///
    /// What was copied to another place, or replaced, stays. Without a key, which a broken header does not tell, its row stays in
    /// the index until the next response of its key, or until its volume goes.
    /// - Returns: False if nothing was there any more.
    @discardableResult
    func forget(_ entry: CatalogEntry, key: [UInt8]?) -> Bool { remove(entry, key: key) { $0.isAt(entry.location) } }

    /// Takes a response out of catalog, volume and index, wherever its record lies by now: it is not true any more.
    func remove(_ entry: CatalogEntry, key: [UInt8]) {
        _ = remove(entry, key: key) { $0.variant == entry.variant && $0.vary == entry.vary }
    }

    private func remove(_ entry: CatalogEntry, key: [UInt8]?, where matches: (CatalogEntry) -> Bool) -> Bool {
        if !isLoaded.load(ordering: .acquiring) {
            removedInLoading.withLock { if $0.count < Self.removedInLoadingLimit { $0.insert(entry.location) } }
        }
        let gone = catalog.remove(entry.hash, where: matches)
        for removed in gone {
            post(.markRemoved(removed.location, hash: removed.hash))
            if let key { post(.remove(key: key, removed.location)) }
        }
        return !gone.isEmpty
    }

    /// The set of names and the text of a variant, as record and index hold it: `accept,accept-encoding\n…`.
    func variant(names: [String], selecting text: String) -> Variant? {
        guard !names.isEmpty else { return Variant.none }
        guard let number = varySets.number(of: names) else { return nil }
        let bytes = Array((names.joined(separator: ",") + "\n" + text).utf8)
        guard bytes.count <= Int(UInt16.max) else { return nil }
        return Variant(vary: number, hash: UInt32(truncatingIfNeeded: keyHash(bytes)) | 1, text: bytes)
    }

    /// The variant that a record's or the index's text tells of.
    func variant(ofText bytes: [UInt8]) -> Variant? {
        guard !bytes.isEmpty else { return Variant.none }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let names = bytes[..<end].split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) }
        guard let number = varySets.number(of: names) else { return nil }
        return Variant(vary: number, hash: UInt32(truncatingIfNeeded: keyHash(bytes)) | 1, text: bytes)
    }
}

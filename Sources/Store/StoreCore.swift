// Shared. The parts common to the whole store: the catalog, the fence, the open volumes, the mailboxes, the counters.

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
    /// Bytes accepted for the writer thread and not yet written.
    ///
    /// Beyond this limit fills are not stored, which bounds the memory.
    static let backlogLimit = 64 << 20

    let catalog: Catalog
    let fence = Fence()
    let varySets = VarySets()
    let volumes = VolumeTable()
    let counters = StoreCounters()
    private let secret0: Atomic<UInt64>
    private let secret1: Atomic<UInt64>
    /// The secret was read from the cache directory, and is not a temporary one.
    let hasSecret = Atomic<Bool>(false)
    let openVolume: VolumeSurvey.Open
    let path: String
    let logger: Logger
    let clock: Clock
    let pacing = Pacing.measured
    let backlog = Atomic<Int>(0)
    /// Bytes of long bodies in progress that are to be written whole.
    let longWholes = Atomic<Int>(0)
    /// False while the catalog loads the index or the index is rebuilt.
    let isLoaded = Atomic<Bool>(false)
    /// The records removed while the catalog loads: the index may still have their rows for a moment.
    private let removedInLoading = Lock<Set<RecordLocation>>([])
    /// Beyond this, a removed response may be found once more, and is removed again.
    private static let removedInLoadingLimit = 4096
    /// The writer thread cannot write at the moment.
    let isSick = Atomic<Bool>(false)
    /// The index cannot be written at the moment.
    let isIndexSick = Atomic<Bool>(false)
    /// The index thread has the index open: it is whole, or was until now.
    let isIndexOpen = Atomic<Bool>(false)
    /// The largest body that is stored, in bytes; the writer thread sets it.
    let largestBody = Atomic<Int64>(Int64.max)
    let nextSequence = Atomic<UInt64>(1)
    let nextFill = Atomic<UInt64>(1)
    /// The lock of the cache directory, while it is in use.
    let lock = Lock<File?>(nil)
    let scrub = ScrubControl()
    let reads: ReadWatch
    let writes: Mailbox<WriteJob, CountingSemaphore>
    let indexing: Mailbox<IndexJob, CountingSemaphore>
    /// Wakes the index's thread at once, because somebody waits for it.
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
    /// None is dropped: a lost row or removal could only be found again by a scan of the volumes.
    private static let jobLimit = 1 << 18

    /// The hash function of the directory's keys.
    ///
    /// It changes when a directory becomes readable that was not readable at the start: nothing is stored before that.
    var keyHash: KeyHash {
        get {
            KeyHash(secret0: secret0.load(ordering: .relaxed), secret1: secret1.load(ordering: .relaxed))
        }
        set {
            secret0.store(newValue.secret0, ordering: .relaxed)
            secret1.store(newValue.secret1, ordering: .relaxed)
        }
    }

    /// The writer thread does not keep up: waiting bytes leave the processor's cache, and writing them costs twice as
    /// much.
    var isBehind: Bool { backlog.load(ordering: .relaxed) > pacing.usualBacklog }

    /// Reserves memory for a body that is to be written whole.
    ///
    /// - Returns: Its length, to be given back; 0 if it is too long or others have the memory.
    func reserveWhole(_ length: Int64) -> Int {
        guard length <= FillWriter.longWholeLimit else { return 0 }
        guard longWholes.add(Int(length), ordering: .relaxed).newValue <= FillWriter.longWholes else {
            longWholes.subtract(Int(length), ordering: .relaxed)
            return 0
        }
        return Int(length)
    }

    /// Adds a job for the writer thread; never waits for the disk.
    ///
    /// If the thread is behind because it lacks processor time, a sender of bytes yields to it for as long as writing
    /// them takes.
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

    /// Puts a rule into force.
    func raise(_ rule: PurgeRule, _ completion: @escaping @Sendable (PurgeReport) -> Void) -> Sweep {
        let sequence = nextSequence.load(ordering: .relaxed)
        return Sweep(rule: rule, epoch: fence.raise(rule), sequence: sequence, completion: completion)
    }

    /// Adds purges for the index's thread, which handles them at once.
    func post(_ sweeps: [Sweep]) -> Bool {
        guard indexing.post(.sweep(sweeps)) else { return false }
        if !isHurried.exchange(true, ordering: .relaxed) { hurry.signal() }
        return true
    }

    var volumesPath: String { path + "/volumes" }
    func path(ofVolume number: UInt32) -> String { volumesPath + "/" + Volume.name(number) }

    /// Reserves the next record's number.
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

    /// The entry for a row of the index; nil if the row is implausible.
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
        // Shorter bodies are checked at every read.
        if entry.bodyLength > Store.readAlong { entry.flags.insert(.unverified) }
        return entry
    }

    /// Adds the response of a row to the catalog, unless a newer one is there, a purge matches it, or its volume is
    /// gone.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - epoch: The generation before it was read; nil on the index thread, which sweeps groups itself.
    /// - Returns: False if the row is useless.
    @discardableResult
    func load(_ row: IndexRow, readIn epoch: UInt32? = nil) -> Bool {
        guard volumes[row.location.volume] != nil, let entry = entry(row) else {
            return volumes.isThere(row.location.volume)
        }
        // Checks the volume again, under the shard's lock: a removed volume leaves the table first, then the catalog.
        catalog.load(entry) { isLoadable(row, readIn: epoch) }
        return true
    }

    /// Whether the response of a row is still there and matches no purge.
    func isLoadable(_ row: IndexRow, readIn epoch: UInt32?) -> Bool {
        volumes[row.location.volume] != nil && fence.allowsStoring(row.key, since: 1)
            && epoch.map { fence.allowsLoading(row.key, since: $0) } ?? true
            && !removedInLoading.withLock { $0.contains(row.location) }
    }

    /// Entries that match a purge and are found without the index: those of its key, or all.
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

    /// Makes the next records newer than any that a scan found.
    ///
    /// An implausible number is ignored.
    func raiseSequence(above number: UInt64) {
        guard number < Record.maximumSequence else { return }
        var current = nextSequence.load(ordering: .relaxed)
        while current <= number {
            (_, current) = nextSequence.compareExchange(expected: current, desired: number + 1, ordering: .relaxed)
        }
    }

    /// Removes a record from catalog, volume and index because it is broken, or another is selected instead.
    ///
    /// A response that was copied to another place, or replaced, stays. Without a key, which a broken header does not
    /// show, its row stays in the index until the next response of its key, or until its volume is removed.
    /// - Returns: False if nothing was there any more.
    @discardableResult
    func forget(_ entry: CatalogEntry, key: [UInt8]?) -> Bool { remove(entry, key: key) { $0.isAt(entry.location) } }

    /// Removes an outdated response from catalog, volume and index, wherever its record is by now.
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

    /// The set of names and the text of a variant, as in record and index: `accept,accept-encoding
    /// …`.
    func variant(names: [String], selecting text: String) -> Variant? {
        guard !names.isEmpty else { return Variant.none }
        guard let number = varySets.number(of: names) else { return nil }
        let bytes = Array((names.joined(separator: ",") + "\n" + text).utf8)
        guard bytes.count <= Int(UInt16.max) else { return nil }
        return Variant(vary: number, hash: UInt32(truncatingIfNeeded: keyHash(bytes)) | 1, text: bytes)
    }

    /// The variant for a text from a record or the index.
    func variant(ofText bytes: [UInt8]) -> Variant? {
        guard !bytes.isEmpty else { return Variant.none }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let names = bytes[..<end].split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) }
        guard let number = varySets.number(of: names) else { return nil }
        return Variant(vary: number, hash: UInt32(truncatingIfNeeded: keyHash(bytes)) | 1, text: bytes)
    }
}

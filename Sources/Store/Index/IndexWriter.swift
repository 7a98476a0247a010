// Confined to the index thread, the only one that writes SQLite. Rows come in batches and go in as transactions;
// between batches the catalog is loaded, slice by slice, or the index is rebuilt from the volumes.
//
// An index that fails costs no request anything: rows wait, bounded, and if too many were lost the index is rebuilt.
// Invariant: a purge's rule holds until index and catalog are both known to have nothing older that matches.

import Glibc
import HTTPCaching
import HTTPMessage
import Logging
import NIOCore
import Runtime
import Synchronization

final class IndexWriter {
    /// Rows that wait for an index that fails.
    ///
    /// Past it they are dropped, and the index is rebuilt when it is well.
    private static let waitingLimit = 50_000
    /// Rows that loading, sweeping or listing handles between two looks into the inbox or in one transaction.
    static let slice = 5_000
    /// Rows of one transaction, whose keys may be all over the file, a page each: the log has to stay within what is set
    /// aside, and what the kernel does for the commit within a turn or a few.
    static let transactionLimit = 128

    enum Task {
        case load(after: IndexRow?)
        case rebuild(volumes: [UInt32])
    }

    let core: StoreCore
    var database: IndexDatabase? {
        didSet { core.isIndexOpen.store(database != nil, ordering: .releasing) }
    }
    private var identity: FileIdentity?
    /// Of its log: SQLite neither removes nor replaces it while the file is open.
    private var logIdentity: FileIdentity?
    private var waiting: [RowChange] = []
    var task: Task?
    /// Rows were lost: bans stay in force and clean stops are not marked until the index is rebuilt.
    var isIncomplete = false
    /// Purges that are not durable yet, or were swept while rows were missing: their rules hold until they are swept again.
    var unsettled: [Sweep]
    /// When they are tried again.
    var nextSettling = Instant.now
    /// Batches of purges that are on the disk, of this directory.
    var purges: UInt64 = 0
    /// What its mark says where the index could not take them.
    var promised: UInt64 = 0
    /// What the index failed with, while it does.
    private(set) var trouble: StoreError?
    /// Volumes that could not be opened when the index was rebuilt: it has no rows of theirs.
    private var unread: Set<UInt32> = []
    private var reportedSize: Int64 = 0
    private var lastRebuild: Instant?
    let rows: RowWriter

    // `found` are the volumes that were there at the start: those of this run tell of their records themselves.
    init(_ core: StoreCore, _ opening: IndexOpening, found: [UInt32]) {
        self.core = core
        rows = RowWriter(core)
        unsettled = opening.bans.map { Sweep(rule: $0, epoch: $1, hasBan: true, isDurable: true) }
        open()
        if opening.isRebuilding { rebuild() } else if task == nil, database != nil { task = .load(after: nil) }
        if case .rebuild = task {
            task = .rebuild(volumes: found)
            unread = core.volumes.allUnopened
        }
        if task == nil { core.isLoaded.store(true, ordering: .releasing) }
        reportSize()
    }

    private var path: String { core.path + "/" + IndexDatabase.fileName }

    /// The thread's life.
    func run() {
        while let batch = core.indexing.next(within: task == nil ? .milliseconds(500) : .zero) {
            add(batch)
            checkFile()
            proceed()
            settle()
            if task == nil, !batch.isEmpty { gather() }
        }
    }

    private func gather() {
        guard core.hurry.wait(until: .now + core.pacing.betweenTransactions) else { return }
        core.isHurried.store(false, ordering: .relaxed)
    }

    // MARK: Batches

    private func add(_ batch: [IndexJob]) {
        // Sweeps go together, behind all rows: of what was stored after a purge they leave the rows.
        var sweeps: [Sweep] = []
        func flush() {
            write()
            if !sweeps.isEmpty { sweep(sweeps) }
            sweeps = []
        }
        for job in batch {
            switch job {
            case .row(let change): waiting.append(change)
            case .sweep(let some): sweeps += some
            case .command(let command):
                flush()
                perform(command)
            }
        }
        flush()
    }

    /// Writes rows, after those that wait from before.
    ///
    /// Returns false where some still wait, or were dropped.
    @discardableResult
    func write(_ changes: [RowChange] = []) -> Bool {
        waiting += changes
        guard !waiting.isEmpty else { return !isIncomplete }
        var written = 0
        while written < waiting.count {
            let batch = waiting[written...].prefix(Self.transactionLimit)
            let isWritten = attempt { (database) throws(StoreError) in
                try rows.write(batch, to: database, isBehind: waiting.count > core.pacing.usualRows)
            }
            guard isWritten else { break }
            written += batch.count
        }
        if written < waiting.count { waiting.removeFirst(written) } else { waiting = [] }
        if written > 0 { reportSize() }
        if waiting.count > Self.waitingLimit {
            waiting = []
            isIncomplete = true
        }
        return waiting.isEmpty && !isIncomplete
    }

    private func perform(_ command: IndexCommand) {
        switch command {
        case .list(let range, let place, let limit, let completion):
            completion(list(range, after: place, limit: limit))
        case .reopen: reopen()
        case .opened(let volumes): read(volumes)
        case .broken(let found, let error): if found == identity { failed(error) }
        case .barrier(let completion): completion()
        case .close(let isClean): close(isClean)
        }
    }

    /// Runs something on the database; false where it failed, or where there is none.
    func attempt(_ body: (IndexDatabase) throws(StoreError) -> Void) -> Bool {
        guard let database else { return false }
        do throws(StoreError) {
            try body(database)
        } catch {
            failed(error)
            return false
        }
        trouble = nil
        if core.isIndexSick.exchange(false, ordering: .relaxed) {
            core.logger.notice("The index can be written again", metadata: ["path": "\(path)"])
        }
        return true
    }

    private func failed(_ error: StoreError) {
        core.counters.indexErrors.add(1)
        rows.forgetReserve()
        trouble = error
        if error.kind == .corrupt {
            database = nil
            StoreFiles.removeIndex(core.path)
            // What cannot be removed, such as a directory of that name, is in the way.
            if !Paths.isTaken(path) {
                core.logger.warning(
                    "The index is broken and is rebuilt from the volumes",
                    metadata: ["error": "\(error)"]
                )
                return rebuild()
            }
        }
        if !core.isIndexSick.exchange(true, ordering: .relaxed) {
            core.logger.warning(
                "The index cannot be written; pictures stored meanwhile are indexed later",
                metadata: ["error": "\(error)"]
            )
        }
    }

    func reportSize() {
        let size = StoreFiles.indexSize(core.path)
        core.counters.indexBytes.store(Int(size), ordering: .relaxed)
        guard abs(size - reportedSize) > 512 << 10 else { return }
        reportedSize = size
        core.post(.indexSize(size))
    }

    // MARK: The file

    /// The file may have been deleted or replaced from outside, or rows were lost: begin again from the volumes.
    private func checkFile() {
        guard core.lock.withLock({ $0 != nil }), Paths.identity(core.volumesPath) != nil else { return }
        if database != nil, Paths.identity(path) == identity, Paths.identity(path + "-wal") == logIdentity {
            if isIncomplete, task == nil { rebuild() }
            return
        }
        if database != nil {
            core.logger.warning("The index was deleted from outside and is rebuilt", metadata: ["path": "\(path)"])
            StoreFiles.removeIndex(core.path)
        }
        database = nil
        rebuild()
    }

    /// The volumes are others than before.
    private func reopen() {
        database = nil
        waiting = []
        lastRebuild = nil
        rebuild()
    }

    private func open() {
        guard core.lock.withLock({ $0 != nil }) else { return }
        do throws(StoreError) {
            let opened = try IndexDatabase(path)
            rows.forgetReserve()
            try adoptBans(of: opened)
            try PurgeMark.check(opened, in: core.path, atLeast: purges)
            let marked = (try? PurgeMark.read(in: core.path))?.number
            purges = max(purges, try opened.purges() ?? 0, marked ?? 0)
            // Until a clean stop says otherwise, this run ends uncleanly.
            try opened.durableTransaction { () throws(StoreError) in
                try opened.setState(.purges, Int64(bitPattern: purges))
                try opened.setState(.isClean, 0)
                try rows.reserveSequences(in: opened)
            }
            database = opened
            identity = Paths.identity(path)
            logIdentity = Paths.identity(path + "-wal")
            core.isIndexSick.store(false, ordering: .relaxed)
            trouble = nil
            try PurgeMark(number: purges).write(in: core.path)
        } catch {
            failed(error)
        }
    }

    /// Reads the volumes again, in a database that may be new.
    ///
    /// At most once a second: a disk that fails stays failing.
    func rebuild() {
        if let lastRebuild, core.clock.instant - lastRebuild < .seconds(1) { return }
        lastRebuild = core.clock.instant
        if database == nil { open() }
        let isBegun = attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in try database.setState(.isRebuilding, 1) }
        }
        guard isBegun else {
            // Nothing can be looked up there: what the catalog does not know is a miss.
            isIncomplete = true
            core.isLoaded.store(true, ordering: .releasing)
            task = nil
            return
        }
        core.isLoaded.store(false, ordering: .releasing)
        isIncomplete = false
        core.post(.noteVolumes)
        unread = core.volumes.allUnopened
        task = .rebuild(volumes: core.volumes.all.map(\.number).sorted())
    }

    /// Makes known what volumes hold that could be opened at last.
    private func read(_ volumes: [UInt32]) {
        switch task {
        case .rebuild(let others): task = .rebuild(volumes: others + volumes)
        case nil, .load:
            guard unread.isDisjoint(with: volumes) else {
                // At most once a second; nothing is lost by waiting, since rows stay.
                isIncomplete = true
                return rebuild()
            }
            core.isLoaded.store(false, ordering: .releasing)
            task = .load(after: nil)
        }
    }

    private func close(_ isClean: Bool) {
        nextSettling = core.clock.instant
        settle()
        guard write(), isClean else { return }
        // Nothing left to read, as in a directory that was new: what is in the index is whole.
        if case .rebuild(let volumes) = task, volumes.isEmpty { proceed() }
        switch task {
        case nil, .load: break
        case .rebuild: return
        }
        _ = attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in
                try database.setState(.isClean, 1)
                try database.setState(.sequence, Int64(bitPattern: core.nextSequence.load(ordering: .relaxed)))
            }
            try database.checkpoint()
        }
    }
}

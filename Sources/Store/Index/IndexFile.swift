// Confined to the index thread. The file of the index: the only connection that writes it, and whether it can be written.
// Where it is broken, was deleted or was replaced, a new one takes its place and is rebuilt from the volumes.

import Logging
import Runtime
import Synchronization

final class IndexFile {
    /// Rows that are read from it at once, between two looks into the inbox or in one transaction.
    static let slice = 5_000
    /// A change of its size below this is not worth a job of the writer thread, in bytes.
    private static let sizeStep: Int64 = 512 << 10

    private let core: StoreCore
    private let progress: LoadProgress
    private let writer: RowWriter
    private let ledger: PurgeLedger
    private var database: IndexDatabase? {
        didSet { core.isIndexOpen.store(database != nil, ordering: .releasing) }
    }
    private var identity: FileIdentity?
    /// The identity of its log: SQLite neither removes nor replaces the log while the file is open.
    private var logIdentity: FileIdentity?
    /// The last failure; nil once something succeeds.
    private(set) var trouble: StoreError?
    private var reportedSize: Int64 = 0

    init(_ core: StoreCore, _ progress: LoadProgress, _ writer: RowWriter, _ ledger: PurgeLedger) {
        self.core = core
        self.progress = progress
        self.writer = writer
        self.ledger = ledger
    }

    private var path: String { core.path + "/" + IndexDatabase.fileName }

    var isOpen: Bool { database != nil }

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
        writer.forgetReserve()
        trouble = error
        if error.kind == .corrupt {
            database = nil
            StoreFiles.removeIndex(core.path)
            // A directory of that name, for example, cannot be removed.
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

    /// The reading connection found a file broken; it may be another file by now.
    func reported(_ error: StoreError, of found: FileIdentity) {
        if found == identity { failed(error) }
    }

    /// Tells the writer thread and the statistics how many bytes the index takes.
    func reportSize() {
        let size = StoreFiles.indexSize(core.path)
        core.counters.indexBytes.store(Int(size), ordering: .relaxed)
        guard abs(size - reportedSize) > Self.sizeStep else { return }
        reportedSize = size
        core.post(.indexSize(size))
    }

    // MARK: Opening

    /// Opens the file at the start of the store; of the volumes, those in `found` are read where it has to be rebuilt.
    func start(found: [UInt32], mustRebuild: Bool) {
        open()
        if mustRebuild {
            rebuild()
        } else if progress.plan.step == nil, isOpen {
            progress.change { $0.load() }
        }
        if case .rebuild = progress.plan.step {
            let unread = core.volumes.allUnopened
            progress.change { $0.rebuild(found, unread: unread) }
        }
        progress.publish()
        reportSize()
    }

    /// Finds out whether the file was deleted or replaced from outside, or rows were lost: then it is rebuilt.
    func check() {
        guard core.lock.withLock({ $0 != nil }), Paths.identity(core.volumesPath) != nil else { return }
        if isOpen, Paths.identity(path) == identity, Paths.identity(path + "-wal") == logIdentity {
            if progress.plan.needsRebuild { rebuild() }
            return
        }
        if isOpen {
            core.logger.warning("The index was deleted from outside and is rebuilt", metadata: ["path": "\(path)"])
            StoreFiles.removeIndex(core.path)
        }
        database = nil
        rebuild()
    }

    /// The cache directory was taken into use, or is another one than before.
    func reopen() {
        database = nil
        progress.change { $0.forgetLastRebuild() }
        rebuild()
    }

    private func open() {
        guard core.lock.withLock({ $0 != nil }) else { return }
        do throws(StoreError) {
            let opened = try IndexDatabase(path)
            writer.forgetReserve()
            try ledger.adopt(opened)
            // Until a clean stop says otherwise, this run ends uncleanly.
            try opened.durableTransaction { () throws(StoreError) in
                try opened.setState(.purges, Int64(bitPattern: ledger.number))
                try opened.setState(.isClean, 0)
                try writer.reserveSequences(in: opened)
            }
            database = opened
            identity = Paths.identity(path)
            logIdentity = Paths.identity(path + "-wal")
            core.isIndexSick.store(false, ordering: .relaxed)
            trouble = nil
            try ledger.writeMark()
        } catch {
            failed(error)
        }
    }

    /// Has the volumes read again, into a file that may be new; at most once a second.
    func rebuild() {
        let now = core.clock.instant
        guard progress.change({ $0.mayRebuild(at: now) }) else { return }
        if !isOpen { open() }
        let isBegun = attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in try database.setState(.isRebuilding, 1) }
        }
        guard isBegun else { return progress.change { $0.giveUpRebuild() } }
        core.isLoaded.store(false, ordering: .releasing)
        core.post(.noteVolumes)
        let unread = core.volumes.allUnopened
        let volumes = core.volumes.all.map(\.number).sorted()
        progress.change { $0.rebuild(volumes, unread: unread) }
    }

    /// Marks a clean stop, and puts everything into the one file.
    func markClean() {
        _ = attempt { (database) throws(StoreError) in
            try database.durableTransaction { () throws(StoreError) in
                try database.setState(.isClean, 1)
                try database.setState(.sequence, Int64(bitPattern: core.nextSequence.load(ordering: .relaxed)))
            }
            try database.checkpoint()
        }
    }
}

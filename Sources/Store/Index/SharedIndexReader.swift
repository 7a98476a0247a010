// Shared. Looks keys up in the index while the catalog still loads, on a connection of its own.

import Runtime
import Synchronization

final class SharedIndexReader: Sendable {
    private struct Slot: ~Copyable {
        var reader: IndexReader?
        /// The file it reads: a rebuilt index is another one.
        var identity: FileIdentity?
    }

    private let core: StoreCore
    private let slot = Lock(Slot(reader: nil))

    init(_ core: StoreCore) { self.core = core }

    /// The index's rows of a key.
    ///
    /// Blocks. An index that is found broken is reported to its thread.
    func rows(of key: [UInt8]) -> [IndexRow] {
        slot.withLock { slot -> [IndexRow] in
            let path = core.path + "/" + IndexDatabase.fileName
            let identity = Paths.identity(path)
            // One that is just being made is not broken for having no tables yet.
            let isOpen = core.isIndexOpen.load(ordering: .acquiring)
            do throws(StoreError) {
                if slot.reader == nil || slot.identity != identity {
                    slot.reader = nil
                    slot.reader = try IndexReader(shared: path)
                    slot.identity = identity
                }
                return try slot.reader?.rows(of: key) ?? []
            } catch {
                slot.reader = nil
                if error.kind == .corrupt, isOpen, let identity { core.post(.broken(identity, error)) }
                return []
            }
        }
    }
}

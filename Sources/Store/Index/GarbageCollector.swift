// Confined to the index thread. Removes the rows of volumes that are gone. They do no harm: this gives their space back.

final class GarbageCollector {
    /// Rows and volumes of no use, about, that are worth a collection.
    private static let threshold = 24

    private let core: StoreCore
    private let file: IndexFile
    private let writer: RowWriter

    init(_ core: StoreCore, _ file: IndexFile, _ writer: RowWriter) {
        self.core = core
        self.file = file
        self.writer = writer
    }

    func collectIfDue() {
        guard writer.garbage >= Self.threshold else { return }
        writer.forgetGarbage()
        _ = file.attempt { (database) throws(StoreError) in
            // A stop may have come before the removal of a volume was written; one that went does not come back.
            try database.transaction { () throws(StoreError) in
                for volume in try database.volumes() where !core.volumes.isThere(volume.number) {
                    try database.removeVolume(volume.number)
                }
            }
            var last: IndexRow?
            repeat {
                let orphans = try database.orphans(after: last, limit: RowWriter.transactionLimit)
                // A new volume is in the table of volumes before it is in the index.
                try writer.remove(orphans.filter { !core.volumes.isThere($0.location.volume) }, from: database)
                last = orphans.count < RowWriter.transactionLimit ? nil : orphans.last
            } while last != nil
            try database.tidy()
        }
        file.reportSize()
    }
}

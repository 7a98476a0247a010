// Confined to the index thread. Lists the stored responses of a range of keys.

struct IndexListing {
    private let core: StoreCore
    private let file: IndexFile

    init(_ core: StoreCore, _ file: IndexFile) {
        self.core = core
        self.file = file
    }

    /// Up to `limit` rows, in the order of their keys; those of volumes that cannot be read are left out.
    func list(_ range: KeyRange, after place: ListPlace?, limit: Int) -> [IndexRow] {
        var found: [IndexRow] = []
        _ = file.attempt { (database) throws(StoreError) in
            var place = place.flatMap { $0.key.lexicographicallyPrecedes(range.lower) ? nil : $0 }
            let count = min(limit, IndexFile.slice)
            repeat {
                let rows = try database.rows(from: range.lower, after: place, limit: count)
                let inside = rows.prefix { !range.isBehind($0.key) }
                found += inside.filter { core.volumes[$0.location.volume] != nil }
                let isOver = rows.count < count || inside.count < rows.count
                place = isOver ? nil : rows.last?.place
            } while place != nil && found.count < limit
        }
        return Array(found.prefix(limit))
    }
}

// Value, owned by one shard. Entries in chunks: growing never copies existing entries, and an entry keeps its index
// until it is removed.

struct EntrySlab {
    private static let chunkBits = 8
    private static let chunkSize = 1 << chunkBits

    /// The volume number of a free place: no volume has it.
    private static let noVolume = UInt32.max
    /// The bytes that the runtime adds to a chunk of entries.
    private static let chunkHeader = 32

    private var chunks: [ContiguousArray<CatalogEntry>] = []
    private var firstFree = CatalogEntry.none
    private(set) var count = 0

    /// An entry by its index.
    ///
    /// O(1).
    subscript(index: UInt32) -> CatalogEntry {
        get { chunks[Int(index) >> Self.chunkBits][Int(index) & (Self.chunkSize - 1)] }
        _modify { yield &chunks[Int(index) >> Self.chunkBits][Int(index) & (Self.chunkSize - 1)] }
    }

    mutating func insert(_ entry: CatalogEntry) -> UInt32 {
        count += 1
        if firstFree != CatalogEntry.none {
            let index = firstFree
            firstFree = self[index].next
            self[index] = entry
            return index
        }
        if chunks.last.map({ $0.count == Self.chunkSize }) ?? true {
            var chunk = ContiguousArray<CatalogEntry>()
            chunk.reserveCapacity(Self.chunkSize)
            chunks.append(chunk)
        }
        let last = chunks.count - 1
        chunks[last].append(entry)
        return UInt32(last << Self.chunkBits | (chunks[last].count - 1))
    }

    mutating func remove(_ index: UInt32) {
        self[index].volume = Self.noVolume
        self[index].next = firstFree
        firstFree = index
        count -= 1
    }

    var chunkCount: Int { chunks.count }

    /// Calls `body` with the entries of one chunk.
    ///
    /// O(chunk), in the order of memory.
    func visit(chunk: Int, _ body: (CatalogEntry) -> Void) {
        for entry in chunks[chunk] where entry.volume != Self.noVolume { body(entry) }
    }

    /// The entries of some volumes in one chunk.
    func entries(inVolumes volumes: ClosedRange<UInt32>, chunk: Int, _ found: inout [CatalogEntry]) {
        let chunk = chunks[chunk]
        for index in chunk.indices where volumes.contains(chunk[index].volume) { found.append(chunk[index]) }
    }

    /// Bytes that the entries use, including free places.
    var allocatedBytes: Int {
        chunks.capacity * MemoryLayout<ContiguousArray<CatalogEntry>>.stride
            + chunks.count * (Self.chunkHeader + Self.chunkSize * MemoryLayout<CatalogEntry>.stride)
    }
}

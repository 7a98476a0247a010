// Value. The space that SQLite would use for the rows of a simulated store.

struct SimulatedIndex {
    /// The log of changes, and its shared memory.
    private static let fixed: Int64 = (1 << 20) + (192 << 10)
    /// A row's numbers and its length, in pages that are two thirds full.
    private static let bytesPerRow = 56.0
    private static let bytesPerKeyByte = 1.5
    /// The writer learns of changes in steps.
    private static let step: Int64 = 512 << 10

    /// The size that the writer was last told.
    private(set) var bytes = Self.fixed
    private var keys = 0
    private var keyBytes = 0

    mutating func store(keyLength: Int) {
        keys += 1
        keyBytes += keyLength
    }

    mutating func grow(to responses: Int) {
        guard keys > 0 else { return }
        let perRow = Self.bytesPerRow + Self.bytesPerKeyByte * Double(keyBytes) / Double(keys)
        let now = Self.fixed + Int64(Double(responses) * perRow)
        if abs(now - bytes) > Self.step { bytes = now }
    }
}

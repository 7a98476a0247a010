// Value, confined to the store's writer thread. The worth of keeping a stored response: the rank by which eviction
// chooses. Pure.

struct Ranking {
    /// The weight of bytes saved relative to requests saved; larger values favour small responses less.
    private static let weightOfBytes = 2.5
    /// The initial average is an estimate; each record moves it by this.
    private static let step = 1e-4

    /// The length of the records stored lately, on average.
    private(set) var averageLength = 50_000.0

    /// Accesses × (1/length + 2.5/average length): the requests and the bytes that a response saves, for the space it
    /// takes.
    ///
    /// For requests alone it would be accesses/length, for bytes alone accesses.
    func worth(_ accesses: AccessCount, length: Int64, at epoch: UInt8) -> Double {
        accesses.value(at: epoch) * (1 / Double(max(length, 1)) + Self.weightOfBytes / averageLength)
    }

    /// A record of that length is stored.
    mutating func note(length: Int64) { averageLength += (Double(length) - averageLength) * Self.step }
}

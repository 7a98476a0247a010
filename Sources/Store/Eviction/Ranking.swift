// Value, confined to the store's writer thread. What a stored response is worth keeping: the rank by which eviction
// chooses. Pure.

struct Ranking {
    /// How much a hit counts beside the bytes it saves: the more, the more the small ones are preferred less.
    private static let weightOfBytes = 2.5
    /// The first responses make the average, later ones move it by this.
    private static let step = 1e-4

    /// The length of the records stored lately, on average.
    private(set) var averageLength = 50_000.0

    /// Accesses × (1/length + 2.5/average length): what a response saves in requests and in bytes, by the space it takes.
    ///
    /// By requests alone it would be accesses/length, by bytes alone accesses.
    func worth(_ accesses: AccessCount, length: Int64, at epoch: UInt8) -> Double {
        accesses.value(at: epoch) * (1 / Double(max(length, 1)) + Self.weightOfBytes / averageLength)
    }

    /// A record of that length is stored.
    mutating func note(length: Int64) { averageLength += (Double(length) - averageLength) * Self.step }
}

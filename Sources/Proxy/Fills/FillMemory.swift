// Value. How much memory all fills together hold at one moment, and what follows from it for one fill.

struct FillMemory {
    /// All fills together hold more than `limits.fill_memory`.
    let isShort: Bool
    /// Bytes that bodies of slow clients take, and the most they may take together.
    let heldUp: Int
    let heldUpLimit: Int

    /// One body may have this share of the memory for slow clients: an endless one must not take it from the others.
    private static let largestShare = 4

    /// A fill holds this many bytes before it lets go of any.
    var window: Int { isShort ? FillBody.smallWindow : FillBody.window }

    /// The most bytes a body that is stored holds until the disk has them.
    var longestLag: Int { isShort ? FillBody.longestLag : FillBody.longestLagWithRoom }

    /// Whether a body may take `bytes` of the memory for slow clients, `former` of which it has already.
    func hasRoom(for bytes: Int, having former: Int) -> Bool {
        bytes <= heldUpLimit / Self.largestShare && heldUp - former + bytes <= heldUpLimit
    }
}

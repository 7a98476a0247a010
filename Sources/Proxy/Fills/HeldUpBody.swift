// Value, part of a fill's state. What a fill whose clients are slow takes of the memory for such fills: it takes its whole
// body into memory, so that the origin's connection is free for others (decision 67).

struct HeldUpBody {
    /// The fill takes its whole body: its transfer is not paused any more.
    private(set) var isTaken = false
    /// Bytes of the memory that are its own; of a body of known length those to come are among them.
    private(set) var bytes = 0
    /// There was no room once; that is counted once.
    private var wasRefused = false

    /// Takes a body on; false if there is no room for it.
    mutating func hold(_ demand: Int, _ memory: FillMemory, _ effects: inout FillEffects) -> Bool {
        guard memory.hasRoom(for: demand, having: bytes) else {
            if !wasRefused { effects.counter = .limitHeldUpMemory }
            wasRefused = true
            return false
        }
        if !isTaken { effects.counter = .bodiesHeldUp }
        isTaken = true
        return true
    }

    /// Whether more of a body may come that is taken: one of known length has its room already.
    func mayGrow(isLengthKnown: Bool, _ memory: FillMemory) -> Bool {
        isTaken && (isLengthKnown || memory.hasRoom(for: bytes, having: bytes))
    }

    /// Counts what a body that is taken needs now.
    ///
    /// - Returns: The change.
    mutating func recount(_ demand: Int) -> Int {
        guard isTaken else { return 0 }
        defer { bytes = demand }
        return demand - bytes
    }
}

// Loop-confined. Whether a response that was read from its volume gets a place in a memory tier that is full: one that
// was read a short while ago, too, is likely to be asked for again; a copy of everything would cost a wide spread of
// single hits a copy and an eviction each, and push out what is worth it. (The idea is TinyLFU's doorkeeper: Einziger
// et al., 2017.)

/// The responses read from volumes most recently: about as many as the table has places.
struct Doorkeeper {
    private static let count = 4096
    /// Of the others so many in one are let in: what is asked for every now and then gets there as well.
    private static let stride = 64

    /// A response has one place, by its hash; who comes later takes it.
    private var lately = [UInt64](repeating: 0, count: count)
    private var reads = 0

    /// Whether a response is let in, by its key's hash; notes that it was read.
    mutating func admits(_ hash: UInt64) -> Bool {
        reads &+= 1
        let place = Int(truncatingIfNeeded: hash % UInt64(Self.count))
        let wasRead = lately[place] == hash
        lately[place] = hash
        return wasRead || reads % Self.stride == 0
    }
}

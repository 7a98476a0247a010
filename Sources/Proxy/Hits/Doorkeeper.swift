// Loop-confined. Decides whether a response that was read from its volume gets a place in a full memory tier. A
// response that was also read a short while ago is likely to be requested again. To admit every response would cost a
// copy and an eviction for each of many single hits, and push better ones out. (The idea is TinyLFU's doorkeeper:
// Einziger et al., 2017.)

/// The responses most recently read from volumes: about as many as the table has places.
struct Doorkeeper {
    private static let count = 4096
    /// One in 64 of the rest is admitted too, so that rarely read items still get a chance.
    private static let stride = 64

    /// The hash of a response decides its place; a later response replaces it.
    private var lately = [UInt64](repeating: 0, count: count)
    private var reads = 0

    /// Whether a response is admitted, by its key's hash; notes that it was read.
    mutating func admits(_ hash: UInt64) -> Bool {
        reads &+= 1
        let place = Int(truncatingIfNeeded: hash % UInt64(Self.count))
        let wasRead = lately[place] == hash
        lately[place] = hash
        return wasRead || reads % Self.stride == 0
    }
}

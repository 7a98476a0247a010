// A value, confined to the store's writer thread. The hashes of responses that were evicted from probation.
//
// Four-way buckets of fingerprints with the insertion's number: the oldest of a bucket gives way, and what is older than
// the capacity counts as forgotten. 8 bytes a place, no pointers.

struct GhostList {
    private static let ways = 4
    private var fingerprints: [UInt32]
    private var insertions: [UInt32]
    private var clock: UInt32 = 0

    /// - Parameter capacity: How many hashes are remembered, roughly; rounded up to a power of two.
    init(capacity: Int) {
        var size = 64
        while size < capacity { size *= 2 }
        fingerprints = Array(repeating: 0, count: size)
        insertions = Array(repeating: 0, count: size)
    }

    mutating func insert(_ hash: UInt64) {
        clock &+= 1
        let start = bucket(of: hash)
        var oldest = start
        for place in start..<start + Self.ways where clock &- insertions[place] > clock &- insertions[oldest] {
            oldest = place
        }
        fingerprints[oldest] = Self.fingerprint(of: hash)
        insertions[oldest] = clock
    }

    /// Whether the hash was inserted not long ago; it is forgotten by the asking.
    mutating func take(_ hash: UInt64) -> Bool {
        let start = bucket(of: hash)
        for place in start..<start + Self.ways where fingerprints[place] == Self.fingerprint(of: hash) {
            fingerprints[place] = 0
            return clock &- insertions[place] <= UInt32(fingerprints.count)
        }
        return false
    }

    private func bucket(of hash: UInt64) -> Int {
        (Int(truncatingIfNeeded: hash) & (fingerprints.count / Self.ways - 1)) * Self.ways
    }

    private static func fingerprint(of hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) | 1 }
}

// Value. The number and size of the pictures in a trace, in bounded memory: with many keys, from a sample by their
// hashes.

/// Different pictures of a trace, and their bytes, estimated from a sample.
public struct TraceSummary: Sendable {
    private static let largestSample = 1 << 17

    private var sample: [UInt64: Int64] = [:]
    /// A key is in the sample if this many bits of its hash are zero.
    private var bits: UInt64 = 0

    /// Requests.
    public private(set) var requests = 0
    /// Bytes of the requested bodies.
    public private(set) var bytes: Int64 = 0

    /// A summary of no request.
    public init() {}

    /// Counts a request.
    public mutating func count(_ request: TraceRequest) {
        requests += 1
        bytes += request.length
        guard isSampled(request.hash) else { return }
        sample[request.hash] = request.length
        while sample.count > Self.largestSample {
            bits += 1
            sample = sample.filter { isSampled($0.key) }
        }
    }

    /// False if all pictures were counted.
    public var isEstimate: Bool { bits > 0 }
    /// Different pictures.
    public var pictures: Int { sample.count << Int(bits) }
    /// Their bytes: a slightly larger cache would keep all of them.
    public var pictureBytes: Int64 { sample.values.reduce(0, +) << Int64(bits) }

    private func isSampled(_ hash: UInt64) -> Bool { hash & ((1 << bits) - 1) == 0 }
}

// Confined to the writer thread. The places of bodies that are written piece by piece.

/// The place of a body whose length is known, or of one that grows in a volume of its own.
struct Extent {
    let volume: Volume
    let location: RecordLocation
    let headerLength: Int
    /// The volume holds nothing else.
    let isSingle: Bool
    /// The body's length is not known yet.
    let isGrowing: Bool
    /// How often the response was asked for, as far as is known.
    let accesses: AccessCount
    /// What a growing body's volume is charged.
    var charge: Int64
    var written: Int64 = 0
    var checksum: UInt32 = 0

    /// Where the next piece goes.
    var end: Int64 { Int64(location.offset) + Int64(headerLength) + written }
}

/// The extents of fills that are under way, by the fills' numbers.
final class OpenExtents {
    private var extents: [UInt64: Extent] = [:]

    var fills: [UInt64] { Array(extents.keys) }
    var volumes: Set<UInt32> { Set(extents.values.map(\.volume.number)) }

    subscript(fill: UInt64) -> Extent? {
        get { extents[fill] }
        set { extents[fill] = newValue }
    }

    func remove(_ fill: UInt64) -> Extent? { extents.removeValue(forKey: fill) }

    /// A volume is gone, and the extents in it with it.
    func forget(volume: UInt32) {
        for (fill, extent) in extents where extent.volume.number == volume { extents[fill] = nil }
    }

    func removeAll() { extents = [:] }
}

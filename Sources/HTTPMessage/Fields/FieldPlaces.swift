// Value. Where the lines of `Fields` lie in its bytes, and a filter for the names that are not there.
// Part of `Fields`, which keeps both in step. Invariant: the places are in the order of the lines and do not overlap.

struct FieldPlaces: Sendable {
    /// One line: name, a colon and a space, value, CR LF.
    struct Place: Sendable, Equatable {
        let start: UInt32
        let nameLength: UInt32
        let valueLength: UInt32

        var end: Int { Int(start) + Int(nameLength) + Int(valueLength) + 4 }
        var name: Range<Int> { Int(start)..<Int(start) + Int(nameLength) }
        var value: Range<Int> { end - 2 - Int(valueLength)..<end - 2 }
        var line: FieldLine { FieldLine(name: name, value: value, line: Int(start)..<end) }

        func moved(to start: UInt32) -> Place {
            Place(start: start, nameLength: nameLength, valueLength: valueLength)
        }
    }

    private(set) var all: [Place] = []
    /// One bit for each name that a line has or had, since most names that are looked up are absent.
    private var nameBits: UInt64 = 0

    mutating func reserveCapacity(_ count: Int) {
        all.reserveCapacity(count)
    }

    /// Adds a line behind the others.
    ///
    /// - Parameter first: The first byte of the name; 0 if it is empty.
    mutating func append(_ start: Int, nameLength: Int, valueLength: Int, first: UInt8) {
        all.append(Place(start: UInt32(start), nameLength: UInt32(nameLength), valueLength: UInt32(valueLength)))
        nameBits |= Self.bit(nameLength, first)
    }

    /// Adds the lines of another list, whose bytes begin at an offset here.
    mutating func append(contentsOf other: FieldPlaces, shiftedBy shift: UInt32) {
        for place in other.all { all.append(place.moved(to: place.start + shift)) }
        nameBits |= other.nameBits
    }

    mutating func move(_ place: Place, to index: Int, start: Int) {
        all[index] = place.moved(to: UInt32(start))
    }

    mutating func removeLast(_ count: Int) {
        all.removeLast(count)
    }

    /// False if no line has the name.
    @inline(__always)
    func mayHave(_ name: RawSpan) -> Bool {
        nameBits & Self.bit(name.byteCount, name.isEmpty ? 0 : name[0]) != 0
    }

    /// The index of the first line of a name, from an index on.
    func index(of name: RawSpan, in span: RawSpan, from start: Int = 0) -> Int? {
        var index = start
        while index < all.count {
            // Most names differ in length.
            if Int(all[index].nameLength) == name.byteCount, span.isSame(all[index].name, name) { return index }
            index += 1
        }
        return nil
    }

    /// The bit of a name, by its length and its first letter.
    @inline(__always)
    private static func bit(_ length: Int, _ first: UInt8) -> UInt64 {
        1 << (UInt64(truncatingIfNeeded: length &* 7 &+ Int(ASCII.lowercased(first))) & 63)
    }
}

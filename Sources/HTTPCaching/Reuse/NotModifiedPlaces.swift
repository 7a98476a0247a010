// Value. The places of the bytes that a 304 needs in a stored head, found once for a head that is used often.
//
// Kept with heads in memory. Invariant: a 304 made with it is byte for byte the one made without it.

import HTTPMessage

/// The places of the entity tag and of a 304's field lines in a stored head; 24 bytes.
public struct NotModifiedPlaces: Sendable {
    /// Runs of lines that a 304 carries, each by its begin and end; empty ones behind the last.
    private var runs = SIMD8<UInt16>()
    private var tag = SIMD2<UInt16>()

    /// Finds them; O(length of the head).
    ///
    /// nil for a head of 64 kB or more, one without a well-formed entity tag, and one whose lines lie in more than four
    /// places.
    ///
    /// - Parameter head: Status line and field lines of a stored 200.
    public init?(_ head: RawSpan) {
        guard head.byteCount <= Int(UInt16.max), let tag = StoredHead.entityTag(head) else { return nil }
        self.tag = [UInt16(tag.lowerBound), UInt16(tag.upperBound)]
        var count = 0
        var runs = runs
        StoredHead.eachLineOfNotModified(head) { line in
            let (begin, end) = (UInt16(line.lowerBound), UInt16(line.upperBound))
            let isNext = count > 0 && count <= 4 && runs[2 * count - 1] == begin
            if !isNext { count += 1 }
            guard count <= 4 else { return }
            if !isNext { runs[2 * count - 2] = begin }
            runs[2 * count - 1] = end
        }
        guard count <= 4 else { return nil }
        self.runs = runs
    }

    /// The place of the entity tag.
    var entityTag: Range<Int> { Int(tag[0])..<Int(tag[1]) }

    /// Appends the lines.
    func writeLines(of head: RawSpan, into bytes: inout [UInt8]) {
        for run in 0..<4 where runs[2 * run + 1] > 0 {
            head.append(Int(runs[2 * run])..<Int(runs[2 * run + 1]), to: &bytes)
        }
    }
}

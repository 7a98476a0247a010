// Value. What of a body is still to be sent, in order: pieces that are ready and ranges of the source's body. Pure.

import NIOCore

struct BodyPlan {
    enum Segment {
        case bytes(ByteBuffer)
        case body(Range<Int64>)
        /// The body from an offset to its end, wherever that turns out to be.
        case rest(from: Int64)
    }

    /// What comes next.
    enum Step {
        case bytes(ByteBuffer)
        case body(Range<Int64>)
        /// A range whose end is the source's.
        case rest(from: Int64)
        case end
    }

    private var segments: [Segment]

    init(_ segments: [Segment] = []) { self.segments = segments }

    var isEmpty: Bool { segments.isEmpty }

    /// What comes next; ready bytes and empty ranges are taken off.
    mutating func next() -> Step {
        while let segment = segments.first {
            switch segment {
            case .bytes(let bytes):
                segments.removeFirst()
                return .bytes(bytes)
            case .body(let range) where range.isEmpty: segments.removeFirst()
            case .body(let range): return .body(range)
            case .rest(let offset): return .rest(from: offset)
            }
        }
        return .end
    }

    /// Bytes of the range that comes next have been sent.
    mutating func advance(by count: Int64) {
        switch segments.first {
        case .body(let range): segments[0] = .body(range.lowerBound + count..<range.upperBound)
        case .rest(let offset): segments[0] = .rest(from: offset + count)
        case .bytes, nil: preconditionFailure("only ranges are sent in parts")
        }
    }

    /// The source has reached the end of a `rest`.
    mutating func endRest() {
        guard case .rest = segments.first else { preconditionFailure("only a rest ends with its source") }
        segments.removeFirst()
    }

    /// Puts back what was written and has not been sent.
    mutating func putBack(_ former: [Segment]) { segments = former + segments }

    /// The offsets that have not been sent; nil if they are unknown, or do not follow one another.
    var missing: Range<Int64>? {
        var missing: Range<Int64>?
        for segment in segments {
            switch segment {
            case .bytes: break
            case .rest: return nil
            case .body(let range):
                guard range.lowerBound >= missing?.upperBound ?? 0 else { return nil }
                missing = (missing?.lowerBound ?? range.lowerBound)..<range.upperBound
            }
        }
        return missing.flatMap { $0.isEmpty ? nil : $0 }
    }
}

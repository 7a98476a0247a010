// Value. The parts of a body that are still to be sent, in order: ready pieces and ranges of the source's body. Pure.

import NIOCore

struct BodyPlan {
    enum Segment {
        case bytes(ByteBuffer)
        case body(Range<Int64>)
        /// The body from an offset to its end, whose offset may be unknown.
        case rest(from: Int64)
    }

    /// The next part.
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

    /// The next part; removes ready bytes and empty ranges.
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

    /// Bytes of the next range have been sent.
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

    /// Puts back parts that were written and have not been sent.
    mutating func putBack(_ former: [Segment]) { segments = former + segments }

    /// The offsets that have not been sent; nil if they are unknown or not contiguous.
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

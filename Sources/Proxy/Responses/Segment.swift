// A value. A response's body as pieces in order: ready bytes, and ranges of the source's body.

import NIOCore

enum Segment {
    case bytes(ByteBuffer)
    case body(Range<Int64>)
    /// The body from an offset to its end, wherever that turns out to be.
    case rest(from: Int64)
}

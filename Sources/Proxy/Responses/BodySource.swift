// Value. The source of a response's body.

import NIOCore
import Store

enum BodySource {
    /// Bytes that begin at an offset of the body.
    case memory(ByteBuffer, from: Int64)
    /// A body whose first byte would be at an offset of a volume, whether it is stored or not.
    case volume(Volume, offset: Int64)
    /// The body of a fill, which begins at an offset of the whole body.
    case fill(FillSubscription, from: Int64)
}

/// A fill and a client's place among its readers.
struct FillSubscription {
    let fill: Fill
    let reader: FillReader
}

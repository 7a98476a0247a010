// Value. A request as its connection received it: the parsed head, the bytes it was parsed from, and its key.

import HTTPMessage
import NIOCore

/// Noncopyable, so that the hit path passes it on without counting references.
struct IncomingRequest: ~Copyable {
    let head: RequestHead
    /// The bytes that `head` and `key` refer to.
    ///
    /// They belong to the connection, which reuses them: `detached` has a copy.
    let bytes: ByteBuffer
    let key: CacheKey

    var route: Route { key.route }

    /// Calls `body` with the bytes of the key.
    @inline(__always)
    func withKey<Result>(_ body: (RawSpan) -> Result) -> Result { key.withSpan(bytes.readableBytesSpan, body) }

    /// The bytes of the key, copied.
    var keyBytes: [UInt8] { key.bytes(bytes.readableBytesSpan) }

    /// The same request with a copy of its head's bytes, for whatever outlives the current turn of the loop.
    var detached: IncomingRequest {
        IncomingRequest(head: head, bytes: ByteBuffer(bytes: bytes.readableBytesView.prefix(head.length)), key: key)
    }
}

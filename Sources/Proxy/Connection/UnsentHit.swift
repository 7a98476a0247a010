// Loop-confined. A hit on the short way whose body the socket has not taken yet, and what is needed to go on with it where its
// volume turns out not to be readable. Made for clients slower than the page cache only.

import HTTPMessage
import NIOCore
import Store

final class UnsentHit {
    let head: RequestHead
    /// The bytes that the head was parsed from.
    let received: ByteBuffer
    let key: [UInt8]
    let route: Route
    let stored: StoredResponse
    /// The status that the client was told.
    let status: Int

    /// Keeps copies of its own: the connection's buffers are used again.
    init(
        _ head: RequestHead,
        _ received: ByteBuffer,
        key: [UInt8],
        route: Route,
        _ stored: StoredResponse,
        status: Int
    ) {
        self.head = head
        self.received = ByteBuffer(bytes: received.readableBytesView.prefix(head.length))
        self.key = key
        self.route = route
        self.stored = stored.detached
        self.status = status
    }
}

@available(*, unavailable)
extension UnsentHit: Sendable {}

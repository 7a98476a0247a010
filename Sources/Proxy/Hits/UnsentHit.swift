// Loop-confined. A hit on the short way whose body the socket has not accepted yet, with the data to resume it if its
// volume turns out to be unreadable. Made only for clients that are slower than the page cache.

import NIOCore
import Store

final class UnsentHit {
    /// Detached from the connection's buffer.
    let request: IncomingRequest
    let stored: StoredResponse
    /// The status that was sent to the client.
    let status: Int

    init(_ request: borrowing IncomingRequest, _ stored: StoredResponse, status: Int) {
        self.request = request.detached
        self.stored = stored.detached
        self.status = status
    }
}

@available(*, unavailable)
extension UnsentHit: Sendable {}

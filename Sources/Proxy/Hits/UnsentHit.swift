// Loop-confined. A hit on the short way whose body the socket has not taken yet, and what is needed to resume it when
// its volume turns out to be unreadable. Made only for clients that are slower than the page cache.

import NIOCore
import Store

final class UnsentHit {
    /// Detached.
    let request: IncomingRequest
    let stored: StoredResponse
    /// The status that the client was sent.
    let status: Int

    init(_ request: borrowing IncomingRequest, _ stored: StoredResponse, status: Int) {
        self.request = request.detached
        self.stored = stored.detached
        self.status = status
    }
}

@available(*, unavailable)
extension UnsentHit: Sendable {}

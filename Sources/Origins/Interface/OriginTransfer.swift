// Shared. The sender's handle on a request in progress; any thread may use it, at any time, any number of times.
// Releasing it does not end the transfer.

import Runtime

/// A request in progress.
public final class OriginTransfer: Sendable {
    private let id: UInt64
    private let mailbox: Commands

    init(id: UInt64, mailbox: Commands) {
        self.id = id
        self.mailbox = mailbox
    }

    /// Ends the transfer; the receiver gets `fail` with `.cancelled`, unless it has ended already.
    public func cancel() {
        mailbox.post(.cancel(id))
    }

    /// Resumes the body after the receiver returned `.pause`.
    public func resume() {
        mailbox.post(.resume(id))
    }
}

// Shared. The sender's hold on a request in progress; any thread may use it, at any time, any number of times.
// Letting go of it does not end the transfer.

import Runtime

/// A request in progress.
public final class OriginTransfer: Sendable {
    private let id: UInt64
    private let mailbox: Commands

    init(id: UInt64, mailbox: Commands) {
        self.id = id
        self.mailbox = mailbox
    }

    /// Ends the transfer; the receiver is told `fail` with `.cancelled`, unless it has ended already.
    public func cancel() {
        mailbox.post(.cancel(id))
    }

    /// Lets the body flow again after the receiver answered `.pause`.
    public func resume() {
        mailbox.post(.resume(id))
    }
}

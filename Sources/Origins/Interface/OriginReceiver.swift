// Called on the origin thread. The receiving side of a transfer, which the proxy implements. Calls come in this order:
// `receiveInterim` any number of times, `receive(_: OriginResponse)` at most once, then `receive(_: ByteBuffer)` any
// number of times, `receiveTrailers` at most once, then exactly one of `finish` and `fail`, and nothing after that.

public import HTTPMessage
public import NIOCore

/// Whether the sender of bytes may continue.
public enum OriginFlow: Sendable, Equatable {
    /// Continue.
    case proceed
    /// These bytes are accepted; send no more until resumed.
    case pause
}

/// Receives a response.
///
/// Called on the origin thread, in order, one call at a time; must not block.
public protocol OriginReceiver: AnyObject, Sendable {
    /// Receives a 1xx head other than 101 of the present origin (RFC 9110 §15.2); the final response may come from
    /// another.
    func receiveInterim(_ status: Int, _ fields: Fields)

    /// Receives the head of the selected response.
    func receive(_ response: OriginResponse)

    /// Receives the next bytes of the body.
    ///
    /// After `.pause` no bytes come until `OriginTransfer.resume()`; the end may.
    func receive(_ bytes: ByteBuffer) -> OriginFlow

    /// Others wait for the connection that its pause keeps occupied: whether it accepts the rest of the body as it
    /// arrives.
    ///
    /// Bytes come again after true. The transfer may be ended after false (`heldUp`).
    func takeAll() -> Bool

    /// Receives the trailer section (RFC 9110 §6.5) without the fields that may not be in one.
    func receiveTrailers(_ fields: Fields)

    /// The response is complete, its length verified.
    func finish()

    /// Before a head: no origin could respond.
    ///
    /// After it: the body is broken and must not be stored.
    func fail(_ error: OriginError)

    /// All bytes that arrived together have been delivered: the receiver may wake its readers now, once.
    ///
    /// Follows other calls: one call of this for one or more of them.
    func turnEnded()
}

extension OriginReceiver {
    /// By default, ignores it.
    public func receiveInterim(_ status: Int, _ fields: Fields) {}

    /// By default, does nothing.
    public func turnEnded() {}

    /// By default, has no room for it.
    public func takeAll() -> Bool { false }

    /// By default, ignores them.
    public func receiveTrailers(_ fields: Fields) {}
}

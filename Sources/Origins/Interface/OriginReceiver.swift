// The Proxy's side of a transfer. Calls come in this order: `receiveInterim` any number of times, `receive(_:
// OriginResponse)` at most once, then `receive(_: ByteBuffer)` any number of times, `receiveTrailers` at most once,
// then exactly one of `finish` and `fail`. After that, none.

public import HTTPMessage
public import NIOCore

/// Whether the giver of bytes may go on.
public enum OriginFlow: Sendable, Equatable {
    /// Give more.
    case proceed
    /// These bytes are taken; give no more until told to resume.
    case pause
}

/// What takes an answer.
///
/// Called on the origin thread, in order, one call at a time; must not block.
public protocol OriginReceiver: AnyObject, Sendable {
    /// Takes a 1xx head other than 101 of the origin being asked (RFC 9110 §15.2); another may answer in the end.
    func receiveInterim(_ status: Int, _ fields: Fields)

    /// Takes the head of the answer that was chosen.
    func receive(_ response: OriginResponse)

    /// Takes the next bytes of the body.
    ///
    /// After `.pause` no bytes come until `OriginTransfer.resume()`; the end may.
    func receive(_ bytes: ByteBuffer) -> OriginFlow

    /// Others wait for the connection that it keeps by a pause: whether it takes the rest of the body as it comes.
    ///
    /// Bytes come again after true. The transfer may be ended after false (`heldUp`).
    func takeAll() -> Bool

    /// Takes the trailer section (RFC 9110 §6.5) but for the fields that may not be in one.
    func receiveTrailers(_ fields: Fields)

    /// The answer is complete, its length verified.
    func finish()

    /// Before a head: no origin could answer. After: the body is broken and must not be stored.
    func fail(_ error: OriginError)

    /// Everything that came at once has been given: who waits for it may be woken now, once.
    ///
    /// Follows the other calls, one of these for one of them or more.
    func turnEnded()
}

extension OriginReceiver {
    /// Does without.
    public func receiveInterim(_ status: Int, _ fields: Fields) {}

    /// Does without.
    public func turnEnded() {}

    /// Has no room for it.
    public func takeAll() -> Bool { false }

    /// Does without.
    public func receiveTrailers(_ fields: Fields) {}
}

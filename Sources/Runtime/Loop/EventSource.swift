// Loop-confined. A socket that a loop waits for, and what is done when it is ready.

/// A socket of a loop's.
public protocol EventSource: AnyObject {
    /// What the loop keeps of the socket.
    var watched: WatchedSocket { get set }

    /// The socket is ready.
    func handle(_ readiness: Readiness)

    /// The source asked to be called again in the next round.
    func resume()
}

extension EventSource {
    /// The socket; -1 once closed.
    @inlinable public var descriptor: Int32 { watched.descriptor }
}

/// A socket, as a loop has it.
public struct WatchedSocket {
    public internal(set) var descriptor: Int32
    /// It has asked for another turn.
    var isQueued = false

    public init(_ descriptor: Int32) { self.descriptor = descriptor }
}

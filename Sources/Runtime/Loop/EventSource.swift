// Loop-confined. A socket that a loop watches, and the function to call when it is ready.

/// A socket of a loop.
public protocol EventSource: AnyObject {
    /// The loop's own data about the socket.
    var watched: WatchedSocket { get set }

    /// The socket is ready.
    func handle(_ readiness: Readiness)

    /// The source asked for this call in an earlier round.
    func resume()
}

extension EventSource {
    /// The socket; -1 once closed.
    @inlinable public var descriptor: Int32 { watched.descriptor }
}

/// A loop's data about a socket.
public struct WatchedSocket {
    public internal(set) var descriptor: Int32
    /// It has asked to be called again.
    var isQueued = false

    public init(_ descriptor: Int32) { self.descriptor = descriptor }
}

// Value. How much of what a request asks for is stored.
//
// An argument of Planner. Invariant: anything but `all` is never served as the whole (RFC 9111 §3.3).

/// How much of what a request asks for is stored.
public enum Coverage: Sendable, Equatable {
    /// All of it.
    case all
    /// A part that can be completed with one range of the same representation (RFC 9111 §3.4).
    case extensible
    /// A part that cannot.
    case part
}

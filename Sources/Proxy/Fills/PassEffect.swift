// Value. What the response to a request that is not answered from the store does to stored responses.

enum PassEffect: Sendable {
    case none
    /// A HEAD for which a response to GET is stored: the response freshens it or shows that it has changed (RFC 9111 §4.3.5).
    case updates(Stored)
    /// An unsafe method: success makes stored responses unusable (RFC 9111 §4.4).
    case invalidates(Invalidation)
}

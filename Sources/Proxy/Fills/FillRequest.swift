// Value. What the origins are asked for, and what its sender has to know when the response comes.

import HTTPMessage
import Origins

struct FillRequest: Sendable {
    /// The request as the origins get it, without the fields that the fill's purpose adds.
    let request: OriginRequest
    let method: HTTPMessage.Method
    /// A stored response may stand in for an error: then the error is not stored in its place (RFC 9111 §4.3.3).
    let hasStandIn: Bool
    /// The target is the spelling of the path that a stored success came from: if the origin has nothing there, the stored
    /// response is wrong.
    let asksForKept: Bool
}

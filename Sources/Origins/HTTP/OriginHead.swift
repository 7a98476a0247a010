// Value. A response's head as received, before it is decided whether the client gets it.

import HTTPMessage

/// The head of one origin's answer.
struct OriginHead: Sendable, Equatable {
    var status: Int
    var reason: String
    var fields: Fields
    var contentLength: Int64?
    /// The minor version of HTTP/1 that it came in.
    var minorVersion: UInt8 = 1
}

// Value: a response as RawClient received it, nothing judged or tidied.

/// A response as it arrived.
public struct RawResponse: Sendable {
    /// A 1xx response that came before the final one.
    public struct Interim: Sendable {
        /// The status code.
        public let status: Int
        /// The fields in the order sent.
        public let fields: [(String, String)]
    }

    /// The version as sent, such as `HTTP/1.1`.
    public var version = ""
    /// The status code.
    public var status = 0
    /// The reason phrase.
    public var reason = ""
    /// The fields in the order sent.
    public var fields: [(String, String)] = []
    /// The body, decoded where it came chunked.
    public var body: [UInt8] = []
    /// The fields after a chunked body.
    public var trailers: [(String, String)] = []
    /// Whether the body's end was seen: all of Content-Length, the last chunk, or an orderly close where neither is given.
    public var isComplete = false
    /// The 1xx responses that came before this one.
    public var interim: [Interim] = []

    /// The first value of a field, whatever the case of its name.
    public subscript(_ name: String) -> String? { values(of: name).first }

    /// All values of a field in the order sent.
    public func values(of name: String) -> [String] { TestSupport.values(of: name, in: fields) }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

// Value. A response as RawClient received it, nothing judged or tidied.

/// A response as it arrived.
package struct RawResponse: Sendable {
    /// A 1xx response that came before the final one.
    package struct Interim: Sendable {
        /// The status code.
        package let status: Int
        /// The fields in the order sent.
        package let fields: [(String, String)]
    }

    /// The version as sent, such as `HTTP/1.1`.
    package var version = ""
    /// The status code.
    package var status = 0
    /// The reason phrase.
    package var reason = ""
    /// The fields in the order sent.
    package var fields: [(String, String)] = []
    /// The body, decoded where it came chunked.
    package var body: [UInt8] = []
    /// The fields after a chunked body.
    package var trailers: [(String, String)] = []
    /// Whether the body's end was seen: all of Content-Length, the last chunk, or an orderly close where neither is given.
    package var isComplete = false
    /// The 1xx responses that came before this one.
    package var interim: [Interim] = []

    /// The first value of a field, whatever the case of its name.
    package subscript(_ name: String) -> String? { values(of: name).first }

    /// All values of a field in the order sent.
    package func values(of name: String) -> [String] { TestSupport.values(of: name, in: fields) }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
}

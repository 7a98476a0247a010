// Value. A request as the scripted origin received it, kept for the test to look at.

extension ScriptedOrigin {
    /// A request as it arrived.
    package struct Request: Sendable {
        /// The method, such as `GET`.
        package var method = ""
        /// The request target as sent, query included.
        package var target = ""
        /// The version as sent, such as `HTTP/1.1`.
        package var version = ""
        /// The fields in the order sent.
        package var fields: [(String, String)] = []
        /// The body, decoded where it came chunked.
        package var body: [UInt8] = []
        /// Whether the body's end was seen; false until it is read.
        package var isBodyComplete = false
        /// Which connection it came on, counted from 1.
        package var connection = 0

        /// The target without its query.
        package var path: String { String(target.prefix { $0 != "?" }) }

        /// The first value of a field, whatever the case of its name.
        package func field(_ name: String) -> String? { values(of: name).first }

        /// All values of a field in the order sent.
        package func values(of name: String) -> [String] { TestSupport.values(of: name, in: fields) }

        /// Whether the connection stays open after the response (RFC 9112 §9.3).
        var keepsConnection: Bool {
            let options = values(of: "connection").joined(separator: ",").lowercased()
            if options.contains("close") { return false }
            return version != "HTTP/1.0" || options.contains("keep-alive")
        }

        var expectsContinue: Bool { field("expect")?.lowercased() == "100-continue" }

        var isChunked: Bool { field("transfer-encoding")?.lowercased().contains("chunked") ?? false }
    }
}

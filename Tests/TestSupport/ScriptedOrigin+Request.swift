// Value: a request as the scripted origin received it, kept for the test to look at.

extension ScriptedOrigin {
    /// A request as it arrived.
    public struct Request: Sendable {
        /// The method, such as `GET`.
        public var method = ""
        /// The request target as sent, query included.
        public var target = ""
        /// The version as sent, such as `HTTP/1.1`.
        public var version = ""
        /// The fields in the order sent.
        public var fields: [(String, String)] = []
        /// The body, decoded where it came chunked.
        public var body: [UInt8] = []
        /// Whether the body's end was seen; false until it is read.
        public var isBodyComplete = false
        /// Which connection it came on, counted from 1.
        public var connection = 0

        /// The target without its query.
        public var path: String { String(target.prefix { $0 != "?" }) }

        /// The first value of a field, whatever the case of its name.
        public func field(_ name: String) -> String? { values(of: name).first }

        /// All values of a field in the order sent.
        public func values(of name: String) -> [String] { TestSupport.values(of: name, in: fields) }

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

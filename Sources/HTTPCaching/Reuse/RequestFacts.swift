// Value. What a request says about caching.
//
// Made from the fields of a request that has marks, or `plain` for one without; read by Planner. Invariant: independent
// of the stored responses.

public import HTTPMessage

/// What a request says about caching.
public struct RequestFacts: Sendable, Equatable {
    /// The method as far as a cache tells them apart.
    public var method: Method
    /// The directives; Pragma: no-cache counts if there is no Cache-Control (RFC 9111 §5.4).
    public var cacheControl: CacheControl
    /// Whether there is an Authorization: its response may be for one user (RFC 9111 §3.5).
    public var hasAuthorization: Bool
    /// Whether it requests a part.
    public var isRange: Bool
    /// Whether it has a precondition that a cache evaluates (RFC 9111 §4.3.2).
    public var isConditional: Bool
    /// Whether it has a precondition that only an origin evaluates (RFC 9110 §13.2.2).
    public var isForOrigin: Bool

    /// A GET without any relevant field.
    public static let plain = RequestFacts(method: .get, fields: Fields())

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - fields: The fields.
    public init(method: Method, fields: Fields) {
        self.method = method
        cacheControl = fields.contains("Cache-Control") ? CacheControl(fields) : CacheControl()
        if fields.contains("Pragma"), !fields.contains("Cache-Control") {
            cacheControl.noCache = CacheControl(fields, name: "Pragma").noCache
        }
        hasAuthorization = fields.contains("Authorization")
        isRange = method == .get && fields.contains("Range")
        isConditional = fields.contains("If-None-Match") || fields.contains("If-Modified-Since")
        isForOrigin = fields.contains("If-Match") || fields.contains("If-Unmodified-Since")
    }
}

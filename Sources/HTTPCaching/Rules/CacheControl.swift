// value: the directives of Cache-Control, of requests and of responses (RFC 9111 §5.2, RFC 5861, RFC 8246).
//
// Owned by HTTPCaching; every decision reads directives through it. Invariant: where directives repeat, conflict or are
// malformed, the strictest reading holds (RFC 9111 §4.2.1); unknown ones change nothing (§5.2.3).

public import HTTPMessage

/// The directives of a message.
public struct CacheControl: Sendable, Equatable {
    /// How stale a response a client takes (RFC 9111 §5.2.1.2).
    public enum MaxStale: Sendable, Equatable {
        /// However stale.
        case any
        /// Stale by at most so many seconds.
        case seconds(Int)
    }

    /// `max-age`; 0 where it is there and no number.
    public var maxAge: Int?
    /// `s-maxage`; 0 where it is there and no number.
    public var sMaxAge: Int?
    /// `no-store`.
    public var noStore = false
    /// `no-cache` without field names.
    public var noCache = false
    /// The names in `no-cache="…"`, in lower case.
    public var noCacheFields: [String] = []
    /// `private` without field names.
    public var isPrivate = false
    /// The names in `private="…"`, in lower case.
    public var privateFields: [String] = []
    /// `must-revalidate`.
    public var mustRevalidate = false
    /// `proxy-revalidate`.
    public var proxyRevalidate = false
    /// `must-understand`.
    public var mustUnderstand = false
    /// `public`.
    public var isPublic = false
    /// `stale-while-revalidate`.
    public var staleWhileRevalidate: Int?
    /// `stale-if-error`.
    public var staleIfError: Int?
    /// `immutable`.
    public var immutable = false
    /// `no-transform`.
    public var noTransform = false
    /// `max-stale` of a request.
    public var maxStale: MaxStale?
    /// `min-fresh` of a request.
    public var minFresh: Int?
    /// `only-if-cached` of a request.
    public var onlyIfCached = false

    /// Makes directives of which none is given.
    public init() {}

    /// Reads the directives of a message.
    ///
    /// - Parameters:
    ///   - fields: The fields of the message.
    ///   - name: The field that carries them.
    public init(_ fields: Fields, name: String = "Cache-Control") {
        for value in fields.all(name) {
            read(value)
        }
    }

    /// Reads the directives of one field value.
    ///
    /// - Parameter value: The value.
    public init(_ value: String) {
        read(value)
    }

    private mutating func read(_ value: String) {
        for directive in Directive.list(value) {
            if !readDuration(directive) {
                readFlag(directive)
            }
        }
    }

    /// Takes a directive with a number; false where it is none.
    private mutating func readDuration(_ directive: Directive) -> Bool {
        switch directive.name {
        case "max-age": maxAge = Self.strictest(maxAge, directive.seconds ?? 0)
        case "s-maxage": sMaxAge = Self.strictest(sMaxAge, directive.seconds ?? 0)
        case "stale-while-revalidate":
            staleWhileRevalidate = Self.strictest(staleWhileRevalidate, directive.seconds ?? 0)
        case "stale-if-error": staleIfError = Self.strictest(staleIfError, directive.seconds ?? 0)
        case "min-fresh": minFresh = directive.seconds.map { max(minFresh ?? 0, $0) } ?? minFresh
        case "max-stale": readMaxStale(directive)
        default: return false
        }
        return true
    }

    private mutating func readMaxStale(_ directive: Directive) {
        let given: MaxStale = directive.argument == nil ? .any : .seconds(directive.seconds ?? 0)
        switch (maxStale, given) {
        case (.seconds(let old), .seconds(let new)): maxStale = .seconds(min(old, new))
        case (.seconds, .any): break
        default: maxStale = given
        }
    }

    /// Takes a directive without an argument, or with one that its name does not allow: the name counts.
    mutating func take(flag name: String) {
        switch name {
        case "no-cache": noCache = true
        case "private": isPrivate = true
        default: readFlag(Directive(name: name, argument: nil))
        }
    }

    /// Takes the field names of `no-cache` or `private`.
    mutating func take(_ name: String, names: String) {
        readFlag(Directive(name: name, argument: names), namesOnly: true)
    }

    private mutating func readFlag(_ directive: Directive, namesOnly: Bool = false) {
        guard !namesOnly || ["no-cache", "private"].contains(directive.name) else {
            return
        }
        switch directive.name {
        case "no-store": noStore = true
        case "no-cache": Self.read(directive, into: &noCache, or: &noCacheFields)
        case "private": Self.read(directive, into: &isPrivate, or: &privateFields)
        case "must-revalidate": mustRevalidate = true
        case "proxy-revalidate": proxyRevalidate = true
        case "must-understand": mustUnderstand = true
        case "public": isPublic = true
        case "immutable": immutable = true
        case "no-transform": noTransform = true
        case "only-if-cached": onlyIfCached = true
        default: break
        }
    }

    /// A directive that concerns the whole response, or only the fields it names; a malformed list means the whole.
    private static func read(_ directive: Directive, into whole: inout Bool, or names: inout [String]) {
        if let listed = directive.fieldNames {
            names.append(contentsOf: listed)
        } else {
            whole = true
        }
    }

    private static func strictest(_ old: Int?, _ new: Int) -> Int {
        old.map { min($0, new) } ?? new
    }
}

// Value. The directives of Cache-Control, of requests and of responses (RFC 9111 §5.2, RFC 5861, RFC 8246).
//
// Owned by HTTPCaching; every decision reads directives through it. Invariant: if directives repeat, conflict or are
// malformed, the strictest reading holds (RFC 9111 §4.2.1); unknown ones change nothing (§5.2.3).

public import HTTPMessage

/// The directives of a message.
public struct CacheControl: Sendable, Equatable {
    /// How stale a response a client accepts (RFC 9111 §5.2.1.2).
    public enum MaxStale: Sendable, Equatable {
        /// However stale.
        case any
        /// Stale by at most so many seconds.
        case seconds(Int)
    }

    /// `max-age`; 0 if it is not a number.
    public var maxAge: Int?
    /// `s-maxage`; 0 if it is not a number.
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
        read(fields, name)
    }

    /// Separate from `init`, which would copy the changes of its closure.
    private mutating func read(_ fields: Fields, _ name: String) {
        fields.eachValue(of: name) { value, span in read(span.extracting(value)) }
    }

    /// Reads the directives of one field value.
    ///
    /// - Parameter value: The value.
    public init(_ value: String) {
        read(unsafe value.utf8.span.bytes)  // because a code unit has no padding: each of its bytes is initialized
    }

    private mutating func read(_ span: RawSpan) {
        var position = 0
        while let member = FieldList.next(span, &position) {
            guard let directive = Directive(span, member) else { continue }
            switch directive.name {
            case .noCache: Self.apply(directive.fieldNames(span), into: &noCache, or: &noCacheFields)
            case .isPrivate: Self.apply(directive.fieldNames(span), into: &isPrivate, or: &privateFields)
            default: read(directive.name, hasArgument: directive.hasArgument, seconds: directive.seconds(span))
            }
        }
    }

    private mutating func read(_ name: DirectiveName, hasArgument: Bool, seconds: Int?) {
        switch name {
        case .maxAge: maxAge = Self.strictest(maxAge, seconds ?? 0)
        case .sMaxAge: sMaxAge = Self.strictest(sMaxAge, seconds ?? 0)
        case .staleWhileRevalidate: staleWhileRevalidate = Self.strictest(staleWhileRevalidate, seconds ?? 0)
        case .staleIfError: staleIfError = Self.strictest(staleIfError, seconds ?? 0)
        case .minFresh: minFresh = seconds.map { max(minFresh ?? 0, $0) } ?? minFresh
        case .maxStale: read(maxStale: hasArgument ? .seconds(seconds ?? 0) : .any)
        default: apply(flag: name)
        }
    }

    private mutating func read(maxStale given: MaxStale) {
        switch (maxStale, given) {
        case (.seconds(let old), .seconds(let new)): maxStale = .seconds(min(old, new))
        case (.seconds, .any): break
        default: maxStale = given
        }
    }

    /// Applies a directive without an argument, or with one that its name does not allow: the name counts.
    mutating func apply(flag name: DirectiveName) {
        switch name {
        case .noStore: noStore = true
        case .noCache: noCache = true
        case .isPrivate: isPrivate = true
        case .mustRevalidate: mustRevalidate = true
        case .proxyRevalidate: proxyRevalidate = true
        case .mustUnderstand: mustUnderstand = true
        case .isPublic: isPublic = true
        case .immutable: immutable = true
        case .noTransform: noTransform = true
        case .onlyIfCached: onlyIfCached = true
        case .maxAge, .sMaxAge, .staleWhileRevalidate, .staleIfError, .minFresh, .maxStale: break
        }
    }

    /// Applies the field names of `no-cache` or `private`.
    mutating func apply(_ name: DirectiveName, names: String) {
        let listed = Directive.fieldNames(names)
        switch name {
        case .noCache: Self.apply(listed, into: &noCache, or: &noCacheFields)
        case .isPrivate: Self.apply(listed, into: &isPrivate, or: &privateFields)
        default: break
        }
    }

    /// Applies a directive to the whole response, or only to the fields it names; a malformed list means the whole.
    private static func apply(_ listed: [String]?, into whole: inout Bool, or names: inout [String]) {
        if let listed {
            names.append(contentsOf: listed)
        } else {
            whole = true
        }
    }

    private static func strictest(_ old: Int?, _ new: Int) -> Int {
        old.map { min($0, new) } ?? new
    }
}

// Value. The request fields the parser knows, found by length and then by name.
//
// Part of HeadReader. Invariant: at most four names are compared for one field, so an unknown field costs a switch.

enum KnownField {
    case host
    case connection
    case contentLength
    case transferEncoding
    case expect
    case marked(RequestHead.Marks)
    case plain

    init(_ span: RawSpan, _ name: Range<Int>) {
        switch name.count {
        case 2...5: self = Self.short(span, name)
        case 6...9: self = Self.middle(span, name)
        case 10...13: self = Self.long(span, name)
        case 14...19: self = Self.longest(span, name)
        default: self = .plain
        }
    }

    private static func short(_ span: RawSpan, _ name: Range<Int>) -> KnownField {
        switch name.count {
        case 2 where span.matches(name, lowercased: "te"): .marked(.te)
        case 3 where span.matches(name, lowercased: "via"): .marked(.via)
        case 4 where span.matches(name, lowercased: "host"): .host
        case 5 where span.matches(name, lowercased: "range"): .marked(.range)
        default: .plain
        }
    }

    private static func middle(_ span: RawSpan, _ name: Range<Int>) -> KnownField {
        switch name.count {
        case 6 where span.matches(name, lowercased: "accept"): .marked(.accept)
        case 6 where span.matches(name, lowercased: "cookie"): .marked(.cookie)
        case 6 where span.matches(name, lowercased: "expect"): .expect
        case 6 where span.matches(name, lowercased: "pragma"): .marked(.pragma)
        case 7 where span.matches(name, lowercased: "upgrade"): .marked(.upgrade)
        case 7 where span.matches(name, lowercased: "trailer"): .marked(.trailer)
        case 8 where span.matches(name, lowercased: "if-match"): .marked(.ifMatch)
        case 8 where span.matches(name, lowercased: "if-range"): .marked(.ifRange)
        case 8 where span.matches(name, lowercased: "cdn-loop"): .marked(.cdnLoop)
        default: .plain
        }
    }

    private static func long(_ span: RawSpan, _ name: Range<Int>) -> KnownField {
        switch name.count {
        case 10 where span.matches(name, lowercased: "connection"): .connection
        case 12 where span.matches(name, lowercased: "max-forwards"): .marked(.maxForwards)
        case 12 where span.matches(name, lowercased: "cache-status"): .marked(.cacheStatus)
        case 13 where span.matches(name, lowercased: "authorization"): .marked(.authorization)
        case 13 where span.matches(name, lowercased: "cache-control"): .marked(.cacheControl)
        case 13 where span.matches(name, lowercased: "if-none-match"): .marked(.ifNoneMatch)
        default: .plain
        }
    }

    private static func longest(_ span: RawSpan, _ name: Range<Int>) -> KnownField {
        switch name.count {
        case 14 where span.matches(name, lowercased: "content-length"): .contentLength
        case 14 where span.matches(name, lowercased: "accept-charset"): .marked(.accept)
        case 15 where span.matches(name, lowercased: "accept-encoding"): .marked(.accept)
        case 15 where span.matches(name, lowercased: "accept-language"): .marked(.accept)
        case 17 where span.matches(name, lowercased: "transfer-encoding"): .transferEncoding
        case 17 where span.matches(name, lowercased: "if-modified-since"): .marked(.ifModifiedSince)
        case 19 where span.matches(name, lowercased: "if-unmodified-since"): .marked(.ifUnmodifiedSince)
        default: .plain
        }
    }
}

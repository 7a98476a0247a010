// Value. One cache directive in place in a field value (RFC 9111 §5.2).
//
// Part of CacheControl. Invariant: never fails. Malformed text becomes a directive that no rule knows, or a known one
// whose argument is not a number, which the rules treat as the strictest value.

import HTTPMessage

/// The directives that larder knows.
enum DirectiveName: String, CaseIterable {
    case maxAge = "max-age"
    case sMaxAge = "s-maxage"
    case staleWhileRevalidate = "stale-while-revalidate"
    case staleIfError = "stale-if-error"
    case minFresh = "min-fresh"
    case maxStale = "max-stale"
    case noStore = "no-store"
    case noCache = "no-cache"
    case isPrivate = "private"
    case mustRevalidate = "must-revalidate"
    case proxyRevalidate = "proxy-revalidate"
    case mustUnderstand = "must-understand"
    case isPublic = "public"
    case immutable = "immutable"
    case noTransform = "no-transform"
    case onlyIfCached = "only-if-cached"

    /// All of them, in one array for good.
    static let all = allCases
}

/// A directive: a name and what follows the equals sign.
struct Directive {
    let name: DirectiveName
    /// The place of the argument behind the equals sign; nil if there is none.
    private let argument: Range<Int>?
    /// A blank before the equals sign, which the grammar forbids: the name still counts, the number does not.
    private let hasBlank: Bool

    /// Parses a member of a field value; nil if no rule knows the directive.
    init?(_ span: RawSpan, _ member: Range<Int>) {
        var end = member.lowerBound
        while end < member.upperBound, span.byte(at: end) != UInt8(ascii: "=") { end += 1 }
        let range = span.trimmed(member.lowerBound..<end)
        guard let name = DirectiveName.all.first(where: { span.isSame(range, $0.rawValue) }) else { return nil }
        self.name = name
        argument = end < member.upperBound ? end + 1..<member.upperBound : nil
        hasBlank = range.upperBound < end
    }

    var hasArgument: Bool { argument != nil }

    /// The argument as delta-seconds, at most 2^31 (RFC 9111 §1.2.2); nil if it is not a number.
    func seconds(_ span: RawSpan) -> Int? {
        guard let argument, !hasBlank else { return nil }
        guard let first = argument.first, span.byte(at: first) == UInt8(ascii: "\"") else {
            return Decimal.parse(span, argument).map { DeltaSeconds.limited($0) }
        }
        return text(span).flatMap { DeltaSeconds.parse($0) }
    }

    /// The field names in the argument in lower case, or nil if there is none or it is malformed.
    func fieldNames(_ span: RawSpan) -> [String]? {
        text(span).flatMap { Self.fieldNames($0) }
    }

    /// The field names of a list in lower case, or nil if there is none or it is malformed.
    static func fieldNames(_ list: String) -> [String]? {
        let names = FieldList.members(of: list).map { FieldList.lowercased($0) }
        return !names.isEmpty && names.allSatisfy { FieldList.isToken($0) } ? names : nil
    }

    /// The argument with quotes and escapes resolved; nil if there is no equals sign.
    private func text(_ span: RawSpan) -> String? {
        guard let argument else { return nil }
        let text = span.copy(argument)
        return FieldList.unquoted(text) ?? text
    }
}

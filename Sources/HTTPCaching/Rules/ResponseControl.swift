// Shared, immutable. What a response says about caching to this cache (RFC 9111 §5.2.2, RFC 9213).
//
// Every decision reads a response's directives here. Invariant: a targeted field that is valid and not empty replaces
// Cache-Control, Expires and Pragma together; any other is ignored (RFC 9213 §2.2).

public import HTTPMessage
import RawStructuredFieldValues

/// The directives of a response, from the one field that applies to larder.
public final class ResponseControl: Sendable {
    /// The targeted fields for larder, the most specific first (RFC 9213 §2.2).
    static let targets = ["Larder-Cache-Control", "CDN-Cache-Control"]

    let directives: CacheControl
    /// Whether a targeted field gave them: then Expires does not count.
    let isTargeted: Bool

    /// Reads them.
    ///
    /// - Parameter response: The fields of a response as received.
    public init(_ response: Fields) {
        for name in Self.targets where response.contains(name) {
            if let members = StructuredFields.dictionary(response, name) {
                directives = CacheControl(targeted: members)
                isTargeted = true
                return
            }
        }
        directives = CacheControl(response)
        isTargeted = false
    }
}

extension CacheControl {
    /// Reads the members of a targeted field.
    ///
    /// A value of the wrong type is ignored (RFC 9213 §2.1), except that a lifetime of the wrong type counts as 0: the
    /// origin meant to limit it.
    fileprivate init(targeted members: [(key: String, value: RFC9651BareItem?)]) {
        self.init()
        for (key, value) in members {
            guard let name = DirectiveName(rawValue: key) else { continue }
            switch value {
            case .integer(let number): apply(name, seconds: number)
            case .bool(let isOn):
                if isOn { apply(flag: name) }
                apply(name, seconds: 0)
            case .string(let names), .token(let names):
                apply(name, names: names)
                apply(name, seconds: 0)
            default: apply(name, seconds: 0)
            }
        }
    }

    private mutating func apply(_ name: DirectiveName, seconds: Int64) {
        let seconds = DeltaSeconds.limited(UInt64(max(seconds, 0)))
        switch name {
        case .maxAge: maxAge = seconds
        case .sMaxAge: sMaxAge = seconds
        case .staleWhileRevalidate: staleWhileRevalidate = seconds
        case .staleIfError: staleIfError = seconds
        default: break
        }
    }
}

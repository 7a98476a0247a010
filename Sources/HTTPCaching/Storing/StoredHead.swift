// Value. Which fields of a response are stored, and which stored fields a 304 carries.
//
// Owned by HTTPCaching; used once when a response is stored and once for each 304. Invariant: the stored fields concern
// the response alone, not the connection it came over (RFC 9111 §3.1), and always include a Date.

public import HTTPMessage

/// The head of a stored response.
public enum StoredHead {
    /// The fields to store, and those for the client whose request brought the response.
    ///
    /// Fields named by `no-cache="…"` or `private="…"` go to the client but are not stored, and neither is Set-Cookie
    /// unless the operator keeps it.
    ///
    /// - Parameters:
    ///   - response: The fields as received.
    ///   - control: What the response says about caching, if known.
    ///   - setCookie: How to treat Set-Cookie.
    ///   - responseTime: The Date of a response that has none (RFC 9110 §6.6.1).
    /// - Returns: Both in the order received; nil for the client's if they are the stored ones.
    public static func split(
        _ response: Fields,
        _ control: ResponseControl? = nil,
        setCookie: SetCookieRule = .strip,
        responseTime: WallTime
    ) -> (stored: Fields, own: Fields?) {
        let forwarded = forwarded(from: response, responseTime: responseTime)
        let control = control ?? ResponseControl(response)
        let isStripped = setCookie != .keep && forwarded.contains("Set-Cookie")
        guard !control.directives.noCacheFields.isEmpty || !control.directives.privateFields.isEmpty || isStripped
        else {
            return (forwarded, nil)
        }
        let listed = control.directives.noCacheFields + control.directives.privateFields
        var named = Set(listed).subtracting(["cache-control"])
        if isStripped { named.insert("set-cookie") }
        var stored = forwarded
        stored.removeAll { line, span in named.contains(FieldList.lowercased(span.text(line.name))) }
        return (stored, stored == forwarded ? nil : forwarded)
    }

    /// The fields for the client whose request brought the response.
    ///
    /// Hop-by-hop fields and those listed in Connection are left out; so are Age and Content-Length, which are written
    /// anew, and Warning, which is obsolete (RFC 9111 §5.5).
    ///
    /// - Parameters:
    ///   - response: The fields as received.
    ///   - responseTime: The Date of a response that has none (RFC 9110 §6.6.1).
    /// - Returns: The fields in the order received.
    public static func forwarded(from response: Fields, responseTime: WallTime) -> Fields {
        var fields = response
        fields.removeHopByHop { line, span in
            switch line.name.count {
            case 3: line.isNamed("age", in: span)
            case 7: line.isNamed("warning", in: span)
            case 14: line.isNamed("content-length", in: span)
            default: false
            }
        }
        if !fields.contains("Date") {
            fields.append(name: "Date", value: HTTPDate.format(responseTime))
        }
        return fields
    }

    /// The stored fields that a 304 to a client carries (RFC 9110 §15.4.5).
    ///
    /// - Parameter stored: The stored fields.
    /// - Returns: Those that guide a client's cache; Last-Modified only if there is no ETag.
    public static func notModifiedFields(from stored: Fields) -> Fields {
        var fields = stored
        let hasETag = stored.contains("ETag")
        fields.removeAll { line, span in !guides(line.name, span, hasTag: hasETag) }
        return fields
    }
}

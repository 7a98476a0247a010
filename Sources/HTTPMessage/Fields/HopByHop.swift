// Value. The fields that concern one connection only (RFC 9110 §7.6.1).
//
// Owned by HTTPMessage; applied to every message that is forwarded or stored. Invariant: what is left concerns the
// message, not the connection it came over.

/// Fields that are neither forwarded nor stored.
public enum HopByHop {
    /// Whether a field concerns one connection only, so that it is never forwarded or stored.
    ///
    /// - Parameters:
    ///   - name: Where its name stands.
    ///   - span: The bytes of a head.
    /// - Returns: Whether it does.
    public static func contains(_ name: Range<Int>, of span: RawSpan) -> Bool {
        switch name.count {
        case 2: span.matches(name, lowercased: "te")
        case 7: span.matches(name, lowercased: "trailer") || span.matches(name, lowercased: "upgrade")
        case 10: span.matches(name, lowercased: "connection") || span.matches(name, lowercased: "keep-alive")
        case 16: span.matches(name, lowercased: "proxy-connection")
        case 17: span.matches(name, lowercased: "transfer-encoding")
        case 18: span.matches(name, lowercased: "proxy-authenticate")
        case 19: span.matches(name, lowercased: "proxy-authorization")
        case 25: span.matches(name, lowercased: "proxy-authentication-info")
        default: false
        }
    }

    /// Names that stay even if Connection lists them.
    ///
    /// Otherwise a peer could remove a message's framing, or make an unstorable response storable (RFC 9110 §7.6.1
    /// forbids senders to list them).
    static let kept: Set<String> = ["host", "content-length", "cache-control"]

    /// The names a message's Connection fields list, in lower case.
    ///
    /// - Parameter fields: The fields of a message.
    /// - Returns: Every option listed, close and keep-alive included.
    public static func listed(in fields: Fields) -> Set<String> {
        Set(fields.all("Connection").flatMap { FieldList.members(of: $0) }.map { FieldList.lowercased($0) })
    }
}

extension Fields {
    /// Removes the fields that concern one connection only, those listed in Connection included.
    ///
    /// - Parameter isUnwanted: Whether another line goes as well.
    public mutating func removeHopByHop(and isUnwanted: (FieldLine, RawSpan) -> Bool = { _, _ in false }) {
        var listsNames = false
        eachValue(of: "Connection") { value, span in
            let isUsual = span.matches(value, lowercased: "keep-alive") || span.matches(value, lowercased: "close")
            listsNames = listsNames || !isUsual
        }
        let listed = listsNames ? HopByHop.listed(in: self).subtracting(HopByHop.kept) : []
        removeAll { line, span in
            HopByHop.contains(line.name, of: span) || isUnwanted(line, span)
                || !listed.isEmpty && listed.contains(FieldList.lowercased(span.text(line.name)))
        }
    }
}

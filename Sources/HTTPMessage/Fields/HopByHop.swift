// value: the fields that concern one connection only (RFC 9110 §7.6.1).
//
// Owned by HTTPMessage; applied to every message that is forwarded or stored. Invariant: what is left concerns the message, not
// the connection it came over.

/// Fields that are neither forwarded nor stored.
public enum HopByHop {
    /// The names that are never forwarded or stored, in lower case.
    public static let names: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade",
        "proxy-authenticate", "proxy-authorization", "proxy-authentication-info",
    ]

    /// Names that stay even where Connection lists them: without them a peer could take away a message's framing, or turn
    /// what must not be stored into what may (RFC 9110 §7.6.1 forbids senders to list them).
    static let kept: Set<String> = ["host", "content-length", "cache-control"]

    /// The names a message's Connection fields list, in lower case.
    ///
    /// - Parameter fields: The fields of a message.
    /// - Returns: Every option listed, close and keep-alive included.
    public static func listed(in fields: Fields) -> Set<String> {
        Set(fields.all("Connection").flatMap { FieldList.members(of: $0) }.map { FieldList.lowercased($0) })
    }
}

extension HopByHop {
    /// A bit for each length that one of `names` has: most fields are told apart by it.
    private static let lengths = names.reduce(UInt64(0)) { $0 | 1 << UInt64($1.utf8.count) }

    /// Whether a field of this name concerns one connection only.
    fileprivate static func isOne(_ name: String) -> Bool {
        lengths >> UInt64(name.utf8.count) & 1 == 1 && names.contains(FieldList.lowercased(name))
    }
}

extension Fields {
    /// Removes the fields that concern one connection only, those listed in Connection included.
    ///
    /// - Parameter isUnwanted: Whether another line goes as well.
    public mutating func removeHopByHop(and isUnwanted: (Line) -> Bool = { _ in false }) {
        let listsNames = lines.contains { line in
            Fields.isSame(line.name, "connection") && !Fields.isSame(line.value, "keep-alive")
                && !Fields.isSame(line.value, "close")
        }
        let listed = listsNames ? HopByHop.listed(in: self).subtracting(HopByHop.kept) : []
        removeAll { line in
            HopByHop.isOne(line.name) || isUnwanted(line)
                || !listed.isEmpty && listed.contains(FieldList.lowercased(line.name))
        }
    }
}

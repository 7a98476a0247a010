// value: which request fields select among the responses of a URI, and the text that names one selection (RFC 9111 §4.1).
//
// Owned by HTTPCaching; the key is part of the store's primary key. Invariant: two requests have the same key exactly where their
// named fields are equal after what the fields' grammars let one normalize; absent is not empty.

public import HTTPMessage

/// The names a Vary field gives.
public enum VaryNames: Sendable, Equatable {
    /// There is no Vary, or it names nothing.
    case none
    /// `*`, or something that is no list of names: nothing matches.
    case any
    /// Names in lower case, sorted, each once.
    case names([String])
}

/// Reads Vary and makes the keys of variants.
public enum Vary {
    /// The names in a response's Vary fields.
    ///
    /// - Parameter response: The fields of the response.
    /// - Returns: The names; a malformed one counts as `*`.
    public static func names(in response: Fields) -> VaryNames {
        let members = response.all("Vary").flatMap { FieldList.members(of: $0) }
        guard !members.isEmpty else {
            return .none
        }
        // `*` is a token too, so it is asked for by itself.
        guard members.allSatisfy({ FieldList.isToken($0) && $0 != "*" }) else {
            return .any
        }
        return .names(Set(members.map { FieldList.lowercased($0) }).sorted())
    }

    /// The text that names the variant a request selects.
    ///
    /// - Parameters:
    ///   - names: The names of a Vary field, in lower case and sorted.
    ///   - request: The fields of the request.
    /// - Returns: A line a name: "name" where the field is absent, else "name=" and its normalized value.
    public static func variantKey(names: [String], request: Fields) -> String {
        names.map { name in
            request.combined(name).map { "\(name)=\(VaryValue.normalized($0, of: name))" } ?? name
        }.joined(separator: "\n")
    }
}

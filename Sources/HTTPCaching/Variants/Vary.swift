// Value. Which request fields select among the responses of a URI, and the text that names one selection (RFC 9111
// §4.1).
//
// Owned by HTTPCaching; the key is part of the store's primary key. Invariant: two requests have the same key exactly
// if their named fields are equal after the normalization that the fields' grammars allow; absent is not empty.

public import HTTPMessage

/// The names a Vary field gives.
public enum VaryNames: Sendable, Equatable {
    /// There is no Vary, or it names nothing.
    case none
    /// `*`, or something that is not a list of names: nothing matches.
    case any
    /// Names in lower case, sorted, each once.
    case names([String])
}

/// Reads Vary and makes the keys of variants.
public enum Vary {
    /// The names in a response's Vary fields.
    ///
    /// - Parameters:
    ///   - response: The fields of the response.
    ///   - pictureTypes: Media types that distinguish variants of a picture.
    /// - Returns: The names; a malformed one counts as `*`. Accept is called `PictureAccept.name` if the response is a
    ///   picture and there are such types.
    public static func names(in response: Fields, pictureTypes: [String] = []) -> VaryNames {
        let members = response.all("Vary").flatMap { FieldList.members(of: $0) }
        guard !members.isEmpty else {
            return .none
        }
        // `*` is a token too, so it needs its own test.
        guard members.allSatisfy({ FieldList.isToken($0) && $0 != "*" }) else {
            return .any
        }
        var names = Set(members.map { FieldList.lowercased($0) })
        let isPicture = response.first("Content-Type").map { FieldList.lowercased($0).hasPrefix("image/") } ?? false
        if isPicture, !pictureTypes.isEmpty, names.remove("accept") != nil {
            names.insert(PictureAccept.name)
        }
        return .names(names.sorted())
    }

    /// The text that names the variant a request selects.
    ///
    /// - Parameters:
    ///   - names: The names of a Vary field, in lower case and sorted.
    ///   - request: The fields of the request.
    ///   - pictureTypes: As in `names(in:pictureTypes:)`.
    /// - Returns: A line for each name: "name" if the field is absent, else "name=" and its normalized value.
    public static func variantKey(names: [String], request: Fields, pictureTypes: [String] = []) -> String {
        names.map { name in
            if name == PictureAccept.name {
                return "\(name)=\(PictureAccept.normalized(request.combined("Accept"), types: pictureTypes))"
            }
            return request.combined(name).map { "\(name)=\(VaryValue.normalized($0, of: name))" } ?? name
        }.joined(separator: "\n")
    }
}

// Value. The groups a response belongs to, and those an answer makes unusable (RFC 9875).
//
// Read where a response is stored, and where an unsafe method is answered. Invariant: names are compared byte by byte;
// a field that is no List of Strings names none.

public import HTTPMessage

/// Reads Cache-Groups and Cache-Group-Invalidation.
public enum CacheGroups {
    /// Groups of one response: four times what every cache has to support (RFC 9875 §2).
    public static let limit = 128
    /// Bytes of one name, twice of what has to be supported.
    public static let longestName = 256

    /// The groups a response belongs to (RFC 9875 §2).
    ///
    /// - Parameter response: The fields of the response.
    /// - Returns: The first `limit` names that are not too long, each once.
    public static func names(in response: Fields) -> [String] {
        read(response, "Cache-Groups")
    }

    /// The groups an answer to an unsafe method makes unusable (RFC 9875 §3).
    ///
    /// - Parameter response: The fields of the answer.
    /// - Returns: As `names(in:)`.
    public static func invalidated(by response: Fields) -> [String] {
        read(response, "Cache-Group-Invalidation")
    }

    private static func read(_ fields: Fields, _ name: String) -> [String] {
        guard fields.contains(name), let strings = StructuredFields.strings(fields, name) else {
            return []
        }
        var seen: Set<String> = []
        let names = strings.filter { $0.utf8.count <= longestName && seen.insert($0).inserted }
        return Array(names.prefix(limit))
    }
}

// Value. The groups that a response belongs to, and those that a response makes unusable (RFC 9875).
//
// Read when a response is stored, and when an unsafe method succeeds. Invariant: names are compared byte by byte; a
// field that is not a List of Strings names no group.

public import HTTPMessage

/// Reads Cache-Groups and Cache-Group-Invalidation.
public enum CacheGroups {
    /// The most groups of one response: four times the number that every cache must support (RFC 9875 §2).
    public static let limit = 128
    /// The most bytes of one name: twice the number that must be supported.
    public static let longestName = 256

    /// The groups a response belongs to (RFC 9875 §2).
    ///
    /// - Parameter response: The fields of the response.
    /// - Returns: The first `limit` names that are not too long, each once.
    public static func names(in response: Fields) -> [String] {
        read(response, "Cache-Groups")
    }

    /// The groups that the response to an unsafe method makes unusable (RFC 9875 §3).
    ///
    /// - Parameter response: The fields of the response.
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

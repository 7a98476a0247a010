// Value. A prefix of paths that an origin does not have: with `/images`, the path `/images/a.jpg` becomes `/a.jpg`.
// Whole segments only: `/images` is not a prefix of `/images-old/a.jpg`.

import HTTPMessage

/// The prefix to remove from the paths of an origin's requests.
public struct StrippedPrefix: Sendable, Equatable {
    private let path: String
    private let ignoresCase: Bool

    /// Makes the prefix.
    ///
    /// - Parameters:
    ///   - path: Begins with a slash, does not end with one; spelled as request targets are.
    ///   - ignoresCase: Whether to ignore ASCII letter case, as IIS does.
    public init(_ path: String, ignoresCase: Bool = false) {
        self.path = path
        self.ignoresCase = ignoresCase
    }

    /// The target without the prefix; it begins with a slash again.
    ///
    /// - Parameter target: A path, with or without a query.
    /// - Returns: nil if the target does not begin with the prefix.
    func strip(_ target: String) -> String? {
        let start = target.utf8.prefix(path.utf8.count)
        guard start.elementsEqual(path.utf8, by: areSame) else { return nil }
        let rest = target.utf8.dropFirst(path.utf8.count)
        switch rest.first {
        case nil: return "/"
        case UInt8(ascii: "/"): return String(Substring(rest))
        case UInt8(ascii: "?"): return "/" + String(Substring(rest))
        default: return nil
        }
    }

    private func areSame(_ first: UInt8, _ second: UInt8) -> Bool {
        first == second || ignoresCase && ASCII.lowercased(first) == ASCII.lowercased(second)
    }
}

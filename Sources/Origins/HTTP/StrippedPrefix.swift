// Value. The beginning of paths that an origin does not know of: `/images` where `/images/a.jpg` is its `/a.jpg`.
// Whole segments only: `/images` is no beginning of `/images-old/a.jpg`.

import HTTPMessage

/// What the paths of an origin's requests lose in front.
public struct StrippedPrefix: Sendable, Equatable {
    private let path: String
    private let ignoresCase: Bool

    /// Makes the prefix.
    ///
    /// - Parameters:
    ///   - path: Begins with a slash, does not end with one; spelled as request targets are.
    ///   - ignoresCase: Whether ASCII letter case does not count, as on IIS.
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

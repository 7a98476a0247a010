// Stateless. How paths that differ only in letter case share a key: `key_case: insensitive` folds the key, but never
// the target that the origin gets (docs/decisions/0059). Pure.
//
// All spellings share a successful response. Any other response counts only for the spelling that was requested: it is
// stored as a variant, under a name that no field can have.

import HTTPCaching
import HTTPMessage
import Store

enum Spelling {
    /// The name that distinguishes variants by spelling: HTTP/2's name for the target (RFC 9113 §8.3.1), which is not a
    /// token.
    static let name = ":path"

    /// Whether a response applies to every spelling: it is, or is about, a representation (RFC 9110 §15.3, §13.1,
    /// §14.2).
    ///
    /// A 204 does not: a server may send it for any spelling that it does not know.
    static func isShared(_ status: Int) -> Bool { [200, 203, 206, 304, 412, 416].contains(status) }

    /// The fields that a response varies by, plus the spelling, because it applies to one spelling only.
    static func added(to names: VaryNames) -> VaryNames {
        switch names {
        case .none: .names([name])
        case .any: .any
        // A colon goes before every letter, so that the names stay sorted by what is read first.
        case .names(let names): .names([name] + names)
        }
    }

    /// Whether responses that vary by these names apply to one spelling only.
    static func isAmong(_ names: [String]) -> Bool { names.first == name }
}

extension Route {
    /// The path and query of a request, in the key's form but for letter case; nil if the key already has them.
    ///
    /// O(target) on a route that folds letter case, else O(1).
    func spelling(of target: RawSpan) -> [UInt8]? {
        guard foldsCase, !TargetNormalization.isNormal(target, foldsCase: true),
            let path = TargetNormalization.normalize(target, foldsCase: false)
        else { return nil }
        return query?.applied(to: path) ?? path
    }

    /// The text that names the variant a request selects.
    ///
    /// - Parameters:
    ///   - names: The names that the response varies by.
    ///   - request: The fields that the origin gets.
    ///   - target: The path and query of the request, in its own spelling.
    /// - Returns: The text.
    func variantKey(_ names: [String], _ request: Fields, target: @autoclosure () -> String) -> String {
        guard Spelling.isAmong(names) else {
            return Vary.variantKey(names: names, request: request, pictureTypes: rules.pictureTypes)
        }
        let others = Vary.variantKey(
            names: Array(names.dropFirst()),
            request: request,
            pictureTypes: rules.pictureTypes
        )
        return "\(Spelling.name)=\(target())" + (others.isEmpty ? "" : "\n\(others)")
    }
}

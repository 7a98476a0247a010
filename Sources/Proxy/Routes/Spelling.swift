// Stateless. How paths that differ in letter case alone share a key: `key_case: insensitive` folds the key, never what
// the origin is asked for (docs/decisions/0059). Pure.
//
// A successful response is shared by all spellings. What else an origin says holds for the spelling that was asked for:
// it is stored as a variant, under a name that no field can have.

import HTTPCaching
import HTTPMessage
import Store

enum Spelling {
    /// The name by which variants of spellings are told apart: HTTP/2's for the target (RFC 9113 §8.3.1), no token.
    static let name = ":path"

    /// Whether a response is that of every spelling: it is, or is about, a representation (RFC 9110 §15.3, §13.1, §14.2).
    ///
    /// A 204 is not: a server may answer any spelling that it does not know with it.
    static func isShared(_ status: Int) -> Bool { [200, 203, 206, 304, 412, 416].contains(status) }

    /// What a response varies by, where it holds for one spelling alone.
    static func added(to names: VaryNames) -> VaryNames {
        switch names {
        case .none: .names([name])
        case .any: .any
        // A colon goes before every letter, so that the names stay sorted by what is read first.
        case .names(let names): .names([name] + names)
        }
    }

    /// Whether responses that vary by these names hold for one spelling alone.
    static func isAmong(_ names: [String]) -> Bool { names.first == name }
}

extension Route {
    /// The path and query that a request asks for, in the key's form but for letter case; nil if the key tells them.
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
    ///   - names: What the response varies by.
    ///   - request: The fields that the origin gets.
    ///   - target: The path and query that the request asks for, in its own spelling.
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

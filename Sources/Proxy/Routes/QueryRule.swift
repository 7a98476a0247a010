// Value. The part of a request's query that is part of its cache key. Pure.
//
// The origin gets only the parts that are in the key, so that nothing else can influence its response.

import HTTPMessage
import Settings

/// Which parameters of a query stay, and in which order.
struct QueryRule: Sendable {
    /// The names of those that stay, spelled as in a key; nil for all.
    private let names: Set<[UInt8]>?
    private let isSorted: Bool

    /// Makes the rule; nil if queries stay as they are.
    init?(_ parameters: QueryParameters, isSorted: Bool) {
        switch parameters {
        case .keep:
            guard isSorted else { return nil }
            names = nil
        case .ignore: names = []
        case .names(let list): names = Set(list.map(Self.spelled))
        }
        self.isSorted = isSorted
    }

    /// A name in the spelling of a normal target: `größe` is `gr%C3%B6%C3%9Fe`.
    private static func spelled(_ name: String) -> [UInt8] {
        let target = Array("/?\(name)".utf8)
        let normal = target.withRawSpan { TargetNormalization.normalize($0, foldsCase: false) }
        return normal.map { Array($0.dropFirst(2)) } ?? Array(name.utf8)
    }

    /// A normal target with the parameters that stay.
    ///
    /// O(query × log parameters). Parameters of one name keep their order; if none stays, the question mark is removed
    /// too.
    func applied(to target: [UInt8]) -> [UInt8] {
        guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else { return target }
        if let names, names.isEmpty { return Array(target[..<mark]) }
        var parameters = target[(mark + 1)...].split(separator: UInt8(ascii: "&"))
            .map { (name: Array($0.prefix { $0 != UInt8(ascii: "=") }), text: $0) }
        if let names { parameters.removeAll { !names.contains($0.name) } }
        if isSorted {
            let order = parameters.indices.sorted {
                parameters[$0].name == parameters[$1].name
                    ? $0 < $1 : parameters[$0].name.lexicographicallyPrecedes(parameters[$1].name)
            }
            parameters = order.map { parameters[$0] }
        }
        guard !parameters.isEmpty else { return Array(target[..<mark]) }
        return Array(target[...mark]) + parameters.map(\.text).joined(separator: [UInt8(ascii: "&")])
    }
}

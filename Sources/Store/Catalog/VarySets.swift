// Shared. The sets of field names in the `Vary` fields of stored responses, each with a small number for the catalog.

import Runtime
import Synchronization

final class VarySets: Sendable {
    /// A site has a handful; beyond this, responses with yet another `Vary` are not stored.
    private static let limit = 255

    private let sets = Lock<[[String]]>([[]])

    /// The number of a set of names, 1…255; nil if the limit is reached.
    func number(of names: [String]) -> UInt8? {
        sets.withLock { sets in
            if let known = sets.firstIndex(of: names) { return UInt8(known) }
            guard sets.count <= Self.limit else { return nil }
            sets.append(names)
            return UInt8(sets.count - 1)
        }
    }

    func names(of number: UInt8) -> [String] {
        sets.withLock { Int(number) < $0.count ? $0[Int(number)] : [] }
    }
}

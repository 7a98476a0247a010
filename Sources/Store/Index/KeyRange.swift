// A value. Keys that lie side by side in the index. Pure.

/// The keys from one on up to, but without, another.
public struct KeyRange: Sendable, Equatable {
    /// The first key that is in it, if it is stored.
    public let lower: [UInt8]
    /// The first key that is not; nil where there is none.
    public let upper: [UInt8]?

    init(_ lower: [UInt8], upTo upper: [UInt8]?) {
        self.lower = lower
        self.upper = upper
    }

    /// The keys that begin so.
    init(prefix: [UInt8]) {
        lower = prefix
        let start = prefix.lastIndex { $0 < 0xFF }
        upper = start.map { Array(prefix[..<$0]) + [prefix[$0] + 1] }
    }

    /// Whether a key is past its end.
    func isBehind(_ key: [UInt8]) -> Bool { upper.map { !key.lexicographicallyPrecedes($0) } ?? false }
}

/// Where a listing goes on: behind this stored response.
public struct ListPlace: Sendable, Equatable {
    /// Its key.
    public let key: [UInt8]
    /// Its variant's text.
    public let variant: [UInt8]

    /// Makes a place.
    ///
    /// - Parameters:
    ///   - key: A key; it need not be stored any more.
    ///   - variant: A variant's text.
    public init(key: [UInt8], variant: [UInt8]) {
        self.key = key
        self.variant = variant
    }
}

extension IndexRow {
    /// Where a listing goes on behind the row.
    var place: ListPlace { ListPlace(key: key, variant: variant) }
}

extension PurgeRule {
    /// The ranges that have all keys under the rule, in their order.
    ///
    /// Of patterns and groups, others too.
    public var ranges: [KeyRange] {
        switch self {
        case .key(let key): [KeyRange(key, upTo: key + [0])]
        case .withoutHost:
            // A key begins with a slash; two begin a host, unless an at sign follows.
            [
                KeyRange(Array("/".utf8), upTo: Array("//".utf8)), KeyRange(prefix: Array("//@".utf8)),
                KeyRange(Array("/0".utf8), upTo: Array("0".utf8)),
            ]
        case .prefix, .glob, .group, .all: [KeyRange(prefix: commonPrefix)]
        }
    }
}

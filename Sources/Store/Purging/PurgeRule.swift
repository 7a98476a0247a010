// Value. The rule of a purge. Pure.

import HTTPMessage

/// A rule over cache keys.
public enum PurgeRule: Sendable, Hashable {
    /// One key, all its variants.
    case key([UInt8])
    /// Every key with this prefix.
    case prefix([UInt8])
    /// Every key that matches: `*` stands for any octets, `?` for one character; see `Glob`.
    case glob([UInt8])
    /// Every key without a host: the keys of routes whose pictures hosts share.
    case withoutHost
    /// Every key.
    case all
    /// The members of a group (RFC 9875) whose key begins with `scope`.
    case group(name: [UInt8], scope: [UInt8])

    /// Whether a key matches the rule.
    ///
    /// O(key), for globs see `Glob`; no allocation. Keys do not show the members of a group: see `Fence`.
    func matches(_ key: RawSpan) -> Bool {
        switch self {
        case .key(let exact): key.equals(exact)
        case .prefix(let prefix):
            key.byteCount >= prefix.count && key.extracting(first: prefix.count).equals(prefix)
        case .glob(let pattern): Glob.matches(key, pattern)
        case .withoutHost: Self.hasNoHost(key)
        case .all: true
        case .group: false
        }
    }

    /// Whether a key in an array matches the rule.
    func matches(_ key: [UInt8]) -> Bool {
        unsafe matches(key.span.bytes)  // because any byte is defined as raw memory
    }

    /// Whether a member of a group matches the rule.
    func matches(_ key: [UInt8], in group: String) -> Bool {
        guard case .group(let name, let scope) = self else { return false }
        return key.starts(with: scope) && name.elementsEqual(group.utf8)
    }

    /// The common prefix of all matching keys, with which a range scan of the index begins.
    public var commonPrefix: [UInt8] {
        switch self {
        case .key(let exact): exact
        case .prefix(let prefix): prefix
        case .glob(let pattern): Glob.literalPrefix(of: pattern)
        case .withoutHost, .all: []
        case .group(_, let scope): scope
        }
    }

    /// Whether a key has no host: a host follows two slashes, unless an at sign does.
    private static func hasNoHost(_ key: RawSpan) -> Bool {
        let slash = UInt8(ascii: "/")
        guard key.byteCount >= 2, key.byte(at: 0) == slash, key.byte(at: 1) == slash else { return true }
        return key.byteCount > 2 && key.byte(at: 2) == UInt8(ascii: "@")
    }

    /// The rule's kind as written in the index.
    var kind: String {
        switch self {
        case .key: "key"
        case .prefix: "prefix"
        case .glob: "glob"
        case .withoutHost: "without_host"
        case .all: "all"
        case .group: "group"
        }
    }

    /// The rule's text as written in the index.
    var pattern: [UInt8] {
        switch self {
        case .key(let text), .prefix(let text), .glob(let text): text
        case .withoutHost, .all: []
        case .group(let name, let scope): scope + [UInt8(ascii: "\n")] + name
        }
    }

    init?(kind: String, pattern: [UInt8]) {
        switch kind {
        case "key": self = .key(pattern)
        case "prefix": self = .prefix(pattern)
        case "glob": self = .glob(pattern)
        case "without_host": self = .withoutHost
        case "all": self = .all
        case "group":
            let parts = pattern.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            self = .group(name: Array(parts[1]), scope: Array(parts[0]))
        default: return nil
        }
    }
}

/// The result of a purge.
public struct PurgeReport: Sendable, Equatable {
    /// Stored responses, variants counted one by one.
    public var responses = 0
    /// Bytes of their bodies.
    public var bytes: Int64 = 0
    /// Why a crash would undo the purge, in a sentence; nil if it would not.
    public var obstacle: String?

    /// Makes a report.
    public init(responses: Int = 0, bytes: Int64 = 0, obstacle: String? = nil) {
        self.responses = responses
        self.bytes = bytes
        self.obstacle = obstacle
    }

    /// Neither a crash nor a loss of power undoes the purge.
    public var isDurable: Bool { obstacle == nil }

    /// The sum of both results; the obstacle is given.
    func adding(_ other: PurgeReport, obstacle: String?) -> PurgeReport {
        PurgeReport(responses: responses + other.responses, bytes: bytes + other.bytes, obstacle: obstacle)
    }
}

// Value. A route: which requests it takes, and the settings for them. Its place in the file does not matter: RouteOrder
// decides between routes that match. Invariant after reading a file: `path` begins with a slash and is spelled as cache
// keys are; a host is in lower case and is spelled as `HostNormalization` spells it, without port and brackets.

import HTTPMessage

extension Configuration {
    /// The settings of one route.
    package struct RouteSettings: Sendable, Equatable {
        /// The hosts whose requests it takes.
        package var host = RouteHost.any
        /// The prefix of its requests' paths.
        package var path = "/"
        /// Its own origins in the order in which they are tried; empty for the top-level list.
        package var origins: [Origin] = []
        /// Whether the client's host is part of its cache keys; nil if the file does not say.
        package var keyHost: Bool?
        /// Its own cache settings.
        ///
        /// Only those that `ownCacheSettings` names are meaningful.
        package var cache = Cache()
        /// The names of its own cache settings, such as `cache.default_ttl`; the others are the top-level ones.
        package var ownCacheSettings: Set<String> = []

        /// Makes a route that takes every request and changes nothing.
        package init() {}
    }
}

/// The hosts whose requests a route takes.
package enum RouteHost: Sendable, Hashable {
    /// All of them.
    case any
    /// This one: a name, or an address without brackets.
    case name(String)
    /// Every name that ends with a dot and this name: `*.example.com`.
    case subdomains(of: String)

    /// Whether it takes the requests of a host.
    ///
    /// - Parameter host: The host as `bare(_:)` makes it.
    /// - Returns: Whether the host is among these.
    package func matches(_ host: String) -> Bool {
        switch self {
        case .any: true
        case .name(let name): host == name
        case .subdomains(let name): host.utf8.count > name.utf8.count + 1 && host.hasSuffix(".\(name)")
        }
    }

    /// The host in a Host field, for comparing: as `HostNormalization` spells it, without brackets and port.
    ///
    /// - Parameter authority: A host, with or without a port.
    /// - Returns: The host.
    package static func bare(_ authority: String) -> String {
        let normal = Array(authority.utf8).withRawSpan { HostNormalization.normalText($0) }
        return normal.hasPrefix("[")
            ? String(normal.dropFirst().prefix { $0 != "]" }) : String(normal.prefix { $0 != ":" })
    }

    /// A host that it takes, and that differs from every exact host in a configuration.
    var example: String {
        switch self {
        case .any: "\0"
        case .name(let name): name
        case .subdomains(let name): "\0.\(name)"
        }
    }
}

extension RouteHost: CustomStringConvertible {
    /// The hosts as they are written in the configuration.
    package var description: String {
        switch self {
        case .any: "any"
        case .name(let name): name
        case .subdomains(let name): "*.\(name)"
        }
    }
}

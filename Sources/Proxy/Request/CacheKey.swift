// A value. The cache key of a request: exactly what the origin can see of it, and the host as well if two lists of origins
// would share a key otherwise.
//
// The key is the normalized path and query; where the route's keys have a host it is `//host/path?query`, the host as
// `HostNormalization` spells it (docs/decisions/0060). A path that itself begins with two slashes is `//@//path` where keys have none: no host is "@", so a key with a host and one without
// are never the same (invariant 1, docs/decisions/0030).

import HTTPMessage
import NIOCore

struct CacheKey {
    /// Where the key's bytes are.
    enum Place {
        /// They stand in the request as they are.
        case inHead(Range<Int>)
        case made([UInt8])
    }

    let route: Route
    let place: Place

    /// Finds the route of a request and makes its key; nil where its target can be no key.
    ///
    /// In the usual case nothing is allocated: the target is normal, and the key is where it stands.
    init?(_ head: RequestHead, _ span: RawSpan, routes: RouteTable) {
        let target = span.extracting(head.target)
        let host = span.extracting(head.host)
        if !routes.readsHosts || HostNormalization.isNormal(host) {
            self.init(target, at: head.target, host: host, routes: routes)
        } else {
            let normal = HostNormalization.normalize(host)
            // because any byte is defined as raw memory
            unsafe self.init(target, at: head.target, host: normal.span.bytes, routes: routes)
        }
    }

    /// Makes the key of a target that stands at `place` in its request; the host is normal.
    private init?(_ target: RawSpan, at place: Range<Int>, host: RawSpan, routes: RouteTable) {
        let isNormal: Bool
        if routes.isEmpty {
            route = routes.standard
            isNormal = TargetNormalization.isNormal(target, foldsCase: route.foldsCase)
        } else if TargetNormalization.isNormal(target, foldsCase: false) {
            route = routes.route(authority: host, target: target)
            isNormal = !route.foldsCase || TargetNormalization.isNormal(target, foldsCase: true)
        } else {
            guard let normal = TargetNormalization.normalize(target, foldsCase: false) else { return nil }
            // because any byte is defined as raw memory
            route = unsafe routes.route(authority: host, target: normal.span.bytes)
            isNormal = false
        }
        if isNormal, route.query == nil || !target.hasQuery {
            if route.keyHasHost {
                self.place = .made(Self.key(host: host, target: target))
                return
            }
            if !target.beginsWithSlashes {
                self.place = .inHead(place)
                return
            }
        }
        guard let path = TargetNormalization.normalize(target, foldsCase: route.foldsCase) else { return nil }
        self.place = .made(route.key(of: path, host: host.copy(0..<host.byteCount)))
    }

    /// A normal host and a normal target as a key, in one allocation.
    private static func key(host: RawSpan, target: RawSpan) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(2 + host.byteCount + target.byteCount)
        key.append(UInt8(ascii: "/"))
        key.append(UInt8(ascii: "/"))
        host.append(0..<host.byteCount, to: &key)
        target.append(0..<target.byteCount, to: &key)
        return key
    }

    /// Calls `body` with the key's bytes.
    func withSpan<Result>(_ head: RawSpan, _ body: (RawSpan) -> Result) -> Result {
        switch place {
        case .inHead(let range): body(head.extracting(range))
        case .made(let bytes): bytes.withRawSpan(body)
        }
    }

    /// The key's bytes as an array of their own.
    func bytes(_ head: RawSpan) -> [UInt8] {
        switch place {
        case .inHead(let range):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(range.count)
            head.append(range, to: &bytes)
            return bytes
        case .made(let bytes): return bytes
        }
    }

    /// The path and query in a key: what the origins are asked for.
    static func target(of key: [UInt8]) -> String {
        guard key.starts(with: "//".utf8) else { return String(decoding: key, as: UTF8.self) }
        let path = key.dropFirst(2).firstIndex(of: UInt8(ascii: "/")) ?? key.endIndex
        return String(decoding: key[path...], as: UTF8.self)
    }
}

extension Route {
    /// The key of a normal path and query under a normal host.
    func key(of path: [UInt8], host: String) -> [UInt8] {
        let target = query?.applied(to: path) ?? path
        if keyHasHost { return Array("//\(host)".utf8) + target }
        return target.starts(with: "//".utf8) ? Array("//@".utf8) + target : target
    }
}

extension RawSpan {
    /// Whether a question mark is in it.
    fileprivate var hasQuery: Bool {
        for offset in 0..<byteCount where byte(at: offset) == UInt8(ascii: "?") { return true }
        return false
    }

    fileprivate var beginsWithSlashes: Bool {
        byteCount > 1 && byte(at: 0) == UInt8(ascii: "/") && byte(at: 1) == UInt8(ascii: "/")
    }
}

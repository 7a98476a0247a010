// Which route and which key a request gets: the bytes' way of the picture port against the text's way of the settings,
// and what URLs on the command line name.

import HTTPMessage
import Settings
import Store
import TestSupport
import Testing

@testable import Proxy

@Suite("routes and keys") struct RouteKeyTests {
    /// The route's place and the key of a request as the picture port makes them; nil where it is refused.
    private static func key(_ target: String, host: String, _ routes: RouteTable) -> (route: Int?, key: String)? {
        let request = Array("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8)
        return request.withRawSpan { span -> (route: Int?, key: String)? in
            guard case .head(let head) = RequestParser.parse(span, limits: RequestLimits()),
                let key = CacheKey(head, span, routes: routes)
            else { return nil }
            return (key.route.index, String(decoding: key.bytes(span), as: UTF8.self))
        }
    }

    private static func configuration(_ change: (inout Configuration) throws -> Void) throws -> Configuration {
        var configuration = Configuration()
        configuration.origins = [Configuration.Origin(url: try OriginURL("http://default.lan"))]
        try change(&configuration)
        return configuration
    }

    private static func route(
        _ host: RouteHost,
        _ path: String,
        _ change: (inout Configuration.RouteSettings) throws -> Void = { _ in }
    ) throws -> Configuration.RouteSettings {
        var route = Configuration.RouteSettings()
        route.host = host
        route.path = path
        try change(&route)
        return route
    }

    @Test(
        "a request's route and key",
        arguments: [
            ("www.test", "/a", nil, "/a"), ("img.test", "/a", 0, "//img.test/a"),
            ("IMG.test:80", "/a", 0, "//img.test/a"), ("img.test:8080", "/a", 0, "//img.test:8080/a"),
            ("img.test.", "/%7Ea", 0, "//img.test/~a"), ("img.test", "/t/a?x", 1, "//img.test/t/a"),
            ("www.test", "/t/a?x", 2, "/t/a?x"), ("www.test", "/%74/a", 2, "/t/a"),
            ("www.test", "/x/../t/a", 2, "/t/a"),
            ("www.test", "/T/A?X", 2, "/T/A?X"), ("www.test", "/F/A?X", 3, "/f/a?X"), ("www.test", "/f/a", 3, "/f/a"),
            // No key without a host looks like one with a host.
            ("www.test", "//img.test/a", nil, "//@//img.test/a"), ("www.test", "/%2Fimg.test/a", nil, "/%2Fimg.test/a"),
            ("www.test", "//", nil, "//@//"), ("img.test", "//img.test/a", 0, "//img.test//img.test/a"),
        ] as [(String, String, Int?, String)]
    )
    func keys(host: String, target: String, route: Int?, key: String) throws {
        let table = RouteTable(
            try Self.configuration { configuration in
                configuration.routes = [
                    try Self.route(.name("img.test"), "/"),
                    try Self.route(.name("img.test"), "/t/") {
                        $0.cache.query = .ignore
                        $0.ownCacheSettings = ["cache.query"]
                    },
                    try Self.route(.any, "/t/"),
                    try Self.route(.any, "/f/") {
                        $0.cache.foldCase = true
                        $0.ownCacheSettings = ["cache.key_case"]
                    },
                ]
            }
        )
        let found = try #require(Self.key(target, host: host, table))
        #expect(found.route == route && found.key == key)
        let told = try #require(table.key(path: target, host: host))
        #expect(told.route.index == route && told.key == Array(key.utf8), "as purges have it")
    }

    @Test("a plain request allocates no key, whatever the routes", arguments: [0, 3])
    func inPlace(count: Int) throws {
        let table = RouteTable(
            try Self.configuration { configuration in
                configuration.routes = try (0..<count).map { try Self.route(.any, "/route-\($0)/") }
            }
        )
        let request = Array("GET /route-1/a.jpg HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        let isInHead = request.withRawSpan { span in
            guard case .head(let head) = RequestParser.parse(span, limits: RequestLimits()),
                let key = CacheKey(head, span, routes: table)
            else { return false }
            guard case .inHead = key.place else { return false }
            return key.route.index == (count == 0 ? nil : 1)
        }
        #expect(isInHead)
    }

    @Test("the target in a key is what the origins are asked for")
    func targets() {
        let keys = ["/a?b": "/a?b", "//h/a": "/a", "//h:80//a//b": "//a//b", "//@//a": "//a", "///a": "/a"]
        for (key, target) in keys { #expect(CacheKey.target(of: Array(key.utf8)) == target, "\(key)") }
    }

    // MARK: Chance

    private static let hosts = ["a.test", "b.test", "x.a.test", "y.x.a.test", "a.test:81", "A.Test.", "", "*", "[::1]"]
    private static let pieces = ["/", "/t/", "//", "t", "T/", "a.test", "%74", "%2F", "?t/", "/t/u/", ".", "@"]

    private static func randomRoute(_ generator: inout SeededGenerator) throws -> Configuration.RouteSettings {
        let hosts: [RouteHost] = [
            .any, .any, .name("a.test"), .name("::1"), .subdomains(of: "a.test"), .name("b.test"),
        ]
        let paths = ["/", "/", "/t/", "/t/", "/T/", "/t/u/", "/t"]
        return try route(hosts.randomElement(using: &generator) ?? .any, paths.randomElement(using: &generator) ?? "/")
        {
            let list = Int.random(in: 0...2, using: &generator)
            if list > 0 { $0.origins = [Configuration.Origin(url: try OriginURL("http://list-\(list).lan"))] }
            if Int.random(in: 0...5, using: &generator) == 0 {
                $0.cache.foldCase = true
                $0.ownCacheSettings = ["cache.key_case"]
            }
            $0.keyHost = [nil, nil, nil, true, false].randomElement(using: &generator) ?? nil
        }
    }

    /// The same as a file, to have it checked.
    private static func text(_ routes: [Configuration.RouteSettings], in directory: String) -> String {
        let items = routes.map { route -> String in
            var members = ["path: \"\(route.path)\""]
            if route.host == .name("::1") {
                members.append("host: \"[::1]\"")
            } else if route.host != .any {
                members.append("host: \"\(route.host)\"")
            }
            if let origin = route.origins.first { members.append("origins: [{url: \"\(origin.url.text)\"}]") }
            if !route.ownCacheSettings.isEmpty { members.append("cache: {key_case: insensitive}") }
            if let keyHost = route.keyHost { members.append("key_host: \(keyHost)") }
            return "  - {\(members.joined(separator: ", "))}\n"
        }
        return "cache: {directory: \(directory)/cache}\norigins: [{url: \"http://default.lan\"}]\nroutes:\n"
            + items.joined()
    }

    @Test("invariant 1: whatever the routes, requests whose keys are the same are answered from the same origins")
    func invariant() throws {
        let directory = try TemporaryDirectory()
        var generator = SeededGenerator()
        var valid = 0
        for _ in 0..<2000 {
            let routes = try (0..<Int.random(in: 1...4, using: &generator)).map { _ in try Self.randomRoute(&generator)
            }
            let text = Self.text(routes, in: directory.path)
            guard let configuration = try? ConfigurationFile.parse(text: text, file: "l.yaml").configuration else {
                continue
            }
            valid += 1
            let table = RouteTable(configuration)
            let order = RouteOrder(configuration)
            var lists: [String: Int] = [:]
            for _ in 0..<60 {
                let host = Self.hosts.randomElement(using: &generator) ?? ""
                let target =
                    "/"
                    + (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                        Self.pieces.randomElement(using: &generator) ?? ""
                    }.joined()
                guard let found = Self.key(target, host: host, table) else { continue }
                let list = table.route(found.route).list
                let former = lists.updateValue(list, forKey: found.key)
                #expect(
                    former == nil || former == list,
                    "\(found.key), \(host)\(target), seed \(generator.seed)\n\(text)"
                )
                let told = table.key(path: target, host: host)
                #expect(
                    told?.route.index == found.route && told?.key == Array(found.key.utf8),
                    "\(host)\(target), seed \(generator.seed)\n\(text)"
                )
                let keys = try? table.keys(path: target, host: host)
                #expect(keys == [Array(found.key.utf8)])
                let path = String(CacheKey.target(of: Array(found.key.utf8)).prefix { $0 != "?" })
                let any = order.candidates(host: nil, path: path)
                #expect(any.contains(found.route), "\(host)\(target), seed \(generator.seed)\n\(text)")
            }
        }
        #expect(valid > 200)
    }

    // MARK: Purges

    private static func mixed() throws -> RouteTable {
        RouteTable(
            try configuration { configuration in
                configuration.routes = [
                    try route(.name("img.test"), "/t/"), try route(.subdomains(of: "cdn.test"), "/"),
                    try route(.any, "/f/") {
                        $0.cache.foldCase = true
                        $0.cache.query = .ignore
                        $0.ownCacheSettings = ["cache.key_case", "cache.query"]
                    },
                ]
            }
        )
    }

    private static func rules(_ body: () throws(KeyProblem) -> [PurgeRule]) -> [String] {
        texts { () throws(KeyProblem) in
            try body().map { rule in
                if case .prefix(let beginning) = rule { beginning } else { Array("\(rule)".utf8) }
            }
        }
    }

    private static func texts(_ body: () throws(KeyProblem) -> [[UInt8]]) -> [String] {
        do throws(KeyProblem) {
            return try body().map { String(decoding: $0, as: UTF8.self) }
        } catch {
            return ["\(error)"]
        }
    }

    @Test(
        "a URL names the keys that its requests have; a path alone must not need a host",
        arguments: [
            ("img.test", "/t/a", ["//img.test/t/a"]), ("IMG.test.:443", "/t/a", ["//img.test/t/a"]),
            ("b\u{FC}cher.test", "/t/a", ["badHost(\"b\u{FC}cher.test\")"]),
            ("u@img.test", "/t/a", ["badHost(\"u@img.test\")"]),
            ("img.test", "/a", ["/a"]), ("x.cdn.test", "/F/a?b", ["//x.cdn.test/F/a?b"]),
            ("img.test", "/F/A?b", ["/f/a"]),
            (nil, "/t/a", ["needsHost(route: \"routes[0]\")"]), (nil, "/a", ["needsHost(route: \"routes[1]\")"]),
            ("img.test", "/a%2", ["malformed"]),
        ] as [(String?, String, [String])]
    )
    func exact(host: String?, path: String, keys: [String]) throws {
        let table = try Self.mixed()
        #expect(Self.texts { () throws(KeyProblem) in try table.keys(path: path, host: host) } == keys)
    }

    @Test("a path alone names as many keys as routes make of it")
    func several() throws {
        let table = RouteTable(
            try Self.configuration { configuration in
                configuration.routes = [
                    try Self.route(.name("a.test"), "/") {
                        $0.keyHost = false
                        $0.cache.query = .ignore
                        $0.ownCacheSettings = ["cache.query"]
                    }
                ]
            }
        )
        #expect(Self.texts { () throws(KeyProblem) in try table.keys(path: "/a?b", host: nil) } == ["/a", "/a?b"])
        #expect(Self.rules { () throws(KeyProblem) in try table.prefixes(path: "/", host: nil) } == ["/"])
        #expect(Self.texts { () throws(KeyProblem) in try table.patterns(of: "*.JPG") } == ["*.JPG"])
    }

    @Test(
        "a prefix names the beginnings of keys",
        arguments: [
            ("img.test", "/t/", ["//img.test/t/"]), ("img.test", "/t", ["//img.test/t", "/t"]),
            ("x.cdn.test", "/", ["//x.cdn.test/"]), ("www.test", "/F/a", ["/f/a"]), ("www.test", "/a/", ["/a/"]),
            ("www.test", "/", ["withoutHost"]), ("img.test", "/", ["//img.test/", "withoutHost"]),
            (nil, "/a", ["needsHost(route: \"routes[1]\")"]),
            ("www.test", "//", ["//@//"]),
            ("IMG.test.:80", "/t/", ["//img.test/t/"]),
        ] as [(String?, String, [String])]
    )
    func prefixes(host: String?, path: String, beginnings: [String]) throws {
        let table = try Self.mixed()
        #expect(Self.rules { () throws(KeyProblem) in try table.prefixes(path: path, host: host) } == beginnings)
    }

    @Test(
        "a pattern names patterns of keys",
        arguments: [
            ("img.test", "/t/*.jpg", ["//img.test/t/*.jpg"]),
            ("img.test", "/t*.jpg", ["//img.test/t*.jpg", "/t*.jpg"]),
            ("*.cdn.test", "/x/?.jpg", ["//*.cdn.test/x/?.jpg", "/x/?.jpg"]),
            ("*.CDN.test.:443", "/x/?.jpg", ["//*.cdn.test/x/?.jpg", "/x/?.jpg"]),
            ("www.test", "/F/A*", ["/f/a*"]), ("www.test", "/F/A?B*C", ["/f/a?b*c", "/f/a?B*C", "/f/a?b*C"]),
            ("www.test", "/F/a b%2a", ["/f/a%20b%2A"]), ("www.test", "/*", ["tooWide(route: \"routes[2]\")"]),
            (nil, "/a*", ["needsHost(route: \"routes[1]\")"]),
        ] as [(String?, String, [String])]
    )
    func patterns(host: String?, path: String, patterns: [String]) throws {
        let table = try Self.mixed()
        #expect(Self.texts { () throws(KeyProblem) in try table.patterns(path: path, host: host) } == patterns)
        #expect(Self.texts { () throws(KeyProblem) in try table.patterns(of: "*/A%7e?") } == ["*/A~?", "*/a~?"])
    }
}

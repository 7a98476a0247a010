// value Routes: how they are read, which of them takes a request, what a reload changes, and what is refused about
// their keys.

import HTTPMessage
import Settings
import Testing

@Suite("routes") struct RouteTests {
    /// Routes behind the least that a file must say; a blank stands for an indented line's beginning.
    private static func text(_ routes: String...) -> String {
        minimum + "routes:\n" + routes.map { "  - {\($0)}\n" }.joined()
    }

    @Test("what a file says of a route, and what the top level says of it") func values() throws {
        let value = try configuration(
            """
            cache: {directory: /var/cache/larder, default_ttl: 2h, grace: 1m, query: ignore}
            origins: [{url: 'http://files.lan'}]
            routes:
              - host: IMG.example.com.
                path: /größe/%7e/
                origins:
                  - url: http://a.lan
                  - url: http://b.lan
                cache: {ttl: 7d, default_ttl: 1d, query: keep, key_case: insensitive}
              - host: "*.example.com"
                path: /c/
                key_host: false
              - path: /b/
                origins: [{url: 'http://a.lan'}, {url: 'http://b.lan'}]
                cache: {}
              - host: "[0:0::1]"
                origins: [{url: 'http://c.lan', host_header: client}]
            """
        )
        let (first, second, third) = (value.routes[0], value.routes[1], value.routes[2])
        #expect(first.host == .name("img.example.com") && first.path == "/gr%C3%B6%C3%9Fe/~/")
        #expect(first.origins.map(\.isAuthoritative) == [true, false])
        let cache = value.cache(of: first)
        #expect(cache.ttl == .seconds(7 * 86_400) && cache.defaultTTL == .seconds(86_400))
        #expect(cache.grace == .seconds(60) && cache.query == .keep && cache.foldCase)
        #expect(value.cache(of: second) == value.cache && value.cache(of: third) == value.cache)
        #expect(second.host == .subdomains(of: "example.com") && value.routes[3].host == .name("::1"))
        #expect(
            value.originLists.map { $0.map(\.url.text) } == [
                ["http://files.lan"], ["http://a.lan", "http://b.lan"], ["http://c.lan"],
            ]
        )
        #expect((value.routes + []).map { value.originList(of: $0) } == [1, 0, 1, 2])
        #expect(value.originList(of: nil) == 0)
        #expect(value.routes.map { value.keyHasHost(of: $0) } == [true, false, false, true])
        #expect(!value.keyHasHost(of: nil))
    }

    @Test("ttl: none on a route lets the origin say although the top level does not") func noTTL() throws {
        let value = try configuration(
            "cache: {directory: /var/cache/larder, ttl: 1d}\norigins: [{url: 'http://files.lan'}]\n"
                + "routes: [{path: /a/, cache: {ttl: none}}, {path: /b/}]\n"
        )
        #expect(value.routes.map { value.cache(of: $0).ttl } == [nil, .seconds(86_400)])
    }

    @Test(
        "one mistake gives one message, at its line",
        arguments: [
            ("host: 'a:80'", "host: \"a:80\" has a port; expected the host alone: ports do not count"),
            ("host: '*.a:80'", "host: \"*.a:80\" has a port; expected the host alone: ports do not count"),
            ("host: bücher.test", "host: \"bücher.test\" has letters beyond ASCII; expected its ASCII form, xn--..."),
            (
                "host: '*'",
                "host: \"*\" is not a host; expected a host name such as img.example.com, or *.example.com"
            ),
            (
                "host: 'a.*'",
                "host: \"a.*\" is not a host; expected a host name such as img.example.com, or *.example.com"
            ),
            ("path: thumbs", "path: \"thumbs\" is not a path; expected the beginning of paths, such as /thumbs/"),
            ("path: '/a?b'", "path: \"/a?b\" is not a path; expected the beginning of paths, such as /thumbs/"),
            ("path: /a%2", "path: \"/a%2\" is not percent-encoded UTF-8; expected % written as %25"),
            ("path: /a%2fb", "path: \"/a%2fb\" encodes a delimiter; expected /a/b"),
            ("path: /a/../b", "path: \"/a/../b\" has a . or .. segment; expected the path it means"),
            ("origins: []", "origins: the list is empty; expected 1 to 64 origins"),
            (
                "origins: [{url: 'http://a'}, {url: 'http://a'}]",
                "origins[1].url: http://a is already routes[0].origins[0]; expected each origin once"
            ),
            (
                "origins: [{url: 'file:///etc/larder/token'}]",
                "origins[0].url: /etc/larder/token is not a directory; expected a directory"
            ),
            ("paths: /a", "paths: unknown setting; expected path (did you mean that?)"),
            (
                "cache: {memory: 1MB}",
                "cache.memory: unknown setting; expected it at cache.memory"
            ),
            (
                "cache: {ttl: 2d, maximum_ttl: 1d}",
                "cache.ttl: a picture cannot be fresh for longer than maximum_ttl (1d); expected ttl of at most that"
            ),
            (
                "cache: {max_response: 11GB}",
                "cache.max_response: 11GB does not fit into the cache; expected at most cache.max_size (10GB)"
            ),
            (
                "key_host: false, origins: [{url: 'http://a', host_header: client}]",
                "key_host: an origin is sent the client's host, and may answer each host otherwise; expected true, or another host_header"
            ),
            (
                "host: a, key_host: false, origins: [{url: 'http://a'}]",
                "key_host: the default route takes the same paths of other hosts, and would share its pictures, from other origins; expected true, or the same origins"
            ),
        ]
    )
    func mistakes(route: String, message: String) {
        #expect(problems(Self.text(route)) == ["l.yaml:4: routes[0].\(message)"])
    }

    @Test("two routes that would share keys, and not origins, are refused")
    func sharedKeys() {
        let (a, b) = ("origins: [{url: 'http://a'}]", "origins: [{url: 'http://b'}]")
        let refused = [
            ["host: a, path: /t/, key_host: false, \(a)", "path: /t/, \(b)"],
            ["host: a, path: /t/x/, key_host: false, \(a)", "host: b, path: /t/, key_host: false, \(b)", "path: /t/"],
            ["host: '*.a', key_host: false, \(a)", "host: x.a, key_host: false, \(b)", "path: /, \(a)"],
            ["host: a, path: /T/, key_host: false, cache: {key_case: insensitive}, \(a)", "path: /t/, \(b)"],
        ]
        for routes in refused {
            let text = minimum + "routes:\n" + routes.map { "  - {\($0)}\n" }.joined()
            let found = problems(text)
            #expect(!found.isEmpty && found.allSatisfy { $0.contains("would share its pictures") }, "\(routes)")
        }
        let allowed = [
            ["host: a, path: /t/, key_host: false, \(a)", "path: /t/, \(a)"],
            ["host: a, path: /t/, key_host: false, \(a)", "path: /t/, key_host: true, \(b)", "path: /, \(a)"],
            [
                "host: a, path: /s/, key_host: false, \(a)", "host: b, path: /t/, key_host: false, \(b)",
                "path: /, key_host: true",
            ],
            ["host: a, path: /T/, key_host: false, \(a)", "path: /t/, \(b)", "path: /T/, \(a)"],
            ["host: a, key_host: false", "host: b, key_host: false"],
            ["host: a, \(a)", "path: /t/, \(b)"],
        ]
        for routes in allowed {
            #expect(problems(minimum + "routes:\n" + routes.map { "  - {\($0)}\n" }.joined()) == [], "\(routes)")
        }
    }

    @Test("routes that take no request, and those that share pictures under other rules, are warnings")
    func warnings() throws {
        func warnings(_ routes: String...) throws -> [String] {
            let text = minimum + "routes:\n" + routes.map { "  - {\($0)}\n" }.joined()
            return try ConfigurationFile.parse(text: text, file: "l.yaml", probe: FakeMachine()).warnings
                .map(\.description)
        }
        #expect(
            try warnings("path: /a/", "path: /A/", "host: a", "host: A.", "host: '*.a'") == [
                "l.yaml:7: routes[3]: it takes no request: routes[2] has the same host and path; expected each host and path once"
            ]
        )
        #expect(
            try warnings("path: /a/", "path: /A/, cache: {key_case: insensitive}") == [
                "l.yaml:5: routes[1]: it takes no request: routes[0] has the same host and path; expected each host and path once"
            ]
        )
        #expect(
            try warnings("key_host: true") == [
                "l.yaml:4: routes[0]: it takes every request, so that none is left for the top-level origins and cache settings; expected a host or a path, or its settings at the top level"
            ]
        )
        #expect(
            try warnings("host: a, key_host: false, cache: {ttl: 1d}") == [
                "l.yaml:4: routes[0].key_host: it shares its pictures with the default route, which has other cache settings: those of whichever fetched one hold; expected the same cache settings"
            ]
        )
        #expect(try warnings("host: a, cache: {ttl: 1d}", "path: /t/", "host: '*.a', path: /t/") == [])
    }

    @Test(
        "the host goes before the path: a name, then *.name, the longest first, then any; then the longest path",
        arguments: [
            ("a.test", "/x", 0), ("a.test", "/t/", 1), ("a.test", "/t/big/x", 1), ("A.TEST.:8080", "/t/x", 1),
            ("b.a.test", "/t/big/x", 3), ("c.b.a.test", "/t/x", 2), ("c.b.a.test", "/x", 2), ("b.a.test", "/x", 7),
            ("b.a.test", "/t/x", 5), (".a.test", "/t/big/", 4), ("other", "/t/x", 5), ("other", "/t/big", 5),
            ("other", "/t/big/", 4), ("other", "/tx", 6), ("other", "/x?/t/", 7), ("", "/T/x", 7),
            ("[::1]:80", "/x", 8), ("[0:0::1]", "/x", 8), ("%61.test:", "/x", 0),
        ] as [(String, String, Int)]
    )
    func order(host: String, path: String, expected: Int) throws {
        let text = Self.text(
            "host: a.test",
            "host: a.test, path: /t/",
            "host: '*.b.a.test'",
            "host: '*.a.test', path: /t/big/",
            "path: /t/big/",
            "path: /t/",
            "path: /t",
            "path: /",
            "host: '[::1]'"
        )
        let order = RouteOrder(try configuration(text))
        #expect(order.route(host: RouteHost.bare(host), path: path) == expected)
    }

    @Test("without a route for it, a request takes the default one") func standard() throws {
        let order = RouteOrder(try configuration(Self.text("host: a", "path: /t/")))
        #expect(order.route(host: "b", path: "/x") == nil)
        #expect(order.indices == [0, 1])
        #expect(RouteOrder(try configuration(minimum)).route(host: "b", path: "/x") == nil)
    }

    @Test(
        "letter case in paths is ignored as soon as one route or the top level folds it",
        arguments: ["routes[0]", "top", "neither"]
    )
    func letterCase(folding: String) throws {
        var value = try configuration(Self.text("path: /Thumbs/", "path: /b/"))
        if folding == "top" { value.cache.foldCase = true }
        if folding == "routes[0]" {
            value.routes[0].cache.foldCase = true
            value.routes[0].ownCacheSettings = ["cache.key_case"]
        }
        let order = RouteOrder(value)
        #expect(order.route(host: "", path: "/thuMBS/a") == (folding == "neither" ? nil : 0))
        #expect(order.route(host: "", path: "/B/a") == (folding == "neither" ? nil : 1))
    }

    @Test(
        "the routes that may take requests of a host, or of any, under a path",
        arguments: [
            ("a", "/t/x", false, [0]), (nil, "/t/x", false, [0, 2]), (nil, "/x", false, [nil]),
            (nil, "/s/x", false, [1, nil]), ("a", "/", true, [0, 2, nil]), ("b", "/t", true, [2, nil]),
            ("b", "/t/x/", true, [2]), (nil, "/", true, [0, 1, 2, nil]), ("a", "/t/x/", true, [0]),
        ] as [(String?, String, Bool, [Int?])]
    )
    func candidates(host: String?, path: String, isPrefix: Bool, expected: [Int?]) throws {
        let order = RouteOrder(
            try configuration(Self.text("host: a, path: /t/", "host: '*.a', path: /s/", "path: /t/"))
        )
        #expect(order.candidates(host: host, path: path, isPrefix: isPrefix) == expected)
    }

    @Test(
        "a change of a route says whether a reload takes it over",
        arguments: [
            ("path: /a/, cache: {ttl: 2d}", ["routes[0].cache.ttl"], []),
            ("path: /a/", ["routes[0].cache.ttl"], []),
            ("path: /a/, cache: {ttl: 1d, query: ignore}", [], ["routes[0].cache.query"]),
            ("path: /a/, cache: {ttl: 1d}, key_host: true", [], ["routes[0].key_host"]),
            ("path: /a/, cache: {ttl: 1d}, origins: [{url: 'http://b'}]", [], ["routes[0].origins"]),
            ("path: /b/, cache: {ttl: 1d}", [], ["routes"]),
            ("path: /a/, cache: {ttl: 1d}", [], []),
        ] as [(String, [String], [String])]
    )
    func change(route: String, reload: [String], restart: [String]) throws {
        let old = try configuration(Self.text("path: /a/, cache: {ttl: 1d}"))
        let new = try configuration(Self.text(route))
        let difference = changes(from: old, to: new)
        #expect(difference.reloadable == reload && difference.needsRestart == restart)
        let effective = reloaded(from: old, to: new)
        #expect(changes(from: effective, to: new).needsRestart == restart, "what needs a restart is as it was")
        #expect(changes(from: effective, to: new).reloadable == [], "what does not is taken over")
        #expect(changes(from: old, to: effective).needsRestart == [])
    }

    @Test("a change of an origin of a route, and of settings that need a restart") func origins() throws {
        let old = try configuration(Self.text("path: /a/, origins: [{url: 'http://b'}]"))
        let new = try configuration(Self.text("path: /a/, origins: [{url: 'http://b', queue: 2}]"))
        #expect(changes(from: old, to: new).needsRestart == ["routes[0].origins[0].queue"])
        #expect(reloaded(from: old, to: new) == old)
        var other = old
        other.cache.query = .ignore
        other.cache.grace = .seconds(9)
        other.listen = [.tcp(host: "127.0.0.1", port: 9)]
        let effective = reloaded(from: old, to: other)
        #expect(effective.cache.query == old.cache.query && effective.listen == old.listen)
        #expect(effective.cache.grace == .seconds(9))
    }

    @Test("the list of routes, as larder check prints it") func listed() throws {
        let value = try configuration(
            Self.text(
                "path: /t/, cache: {query: ignore, ttl: 1d}",
                "host: a, origins: [{url: 'http://b'}]",
                "path: /t/"
            )
        )
        let listed = routes(of: value)
        #expect(listed.map(\.name) == ["routes[1]", "routes[0]", "routes[2]", "default"])
        #expect(listed.map(\.host) == ["a", "any", "any", "any"] && listed.map(\.path) == ["/", "/t/", "/t/", "/"])
        #expect(listed.map(\.origins) == [["http://b"]] + Array(repeating: ["http://files.lan"], count: 3))
        #expect(listed.map(\.hasOwnOrigins) == [true, false, false, false])
        #expect(listed.map(\.keyHasHost) == [true, false, false, false])
        #expect(listed.map(\.isReached) == [true, true, false, true])
        #expect(listed[1].settings.map { "\($0.name)=\($0.value)" } == ["query=ignore", "ttl=1d"])
        let rows = listing(of: value)
        #expect(rows.contains { $0 == ("routes[0].cache.ttl", "1d") })
        #expect(rows.contains { $0 == ("routes[0].cache.grace", "as cache.grace") })
        #expect(rows.contains { $0 == ("routes[1].origins[0].url", "http://b") })
    }
}

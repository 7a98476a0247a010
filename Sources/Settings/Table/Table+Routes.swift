// Value. The rows of a route: host and path, its origins, and the cache settings that can differ between routes.

extension Table {
    /// The settings that cannot differ between routes, because there is one store and one Cache-Status.
    private static let ofStore: Set<String> = [
        "cache.directory", "cache.max_size", "cache.memory", "cache.read_timeout", "cache.scrub_rate", "cache.show_key",
    ]

    static func makeRoute() -> [Setting<Configuration.RouteSettings>] {
        let row = Rows(sample: Configuration.RouteSettings(), prefix: "routes[].")
        return [
            row(
                "host",
                \.host,
                .routeHost,
                .restart,
                "The host of the requests that it takes; port, letter case and a dot at the end do not matter."
            ),
            row(
                "path",
                \.path,
                .pathPrefix,
                .restart,
                "The prefix of the paths that it takes; the longest one wins."
            ),
            row(
                "origins",
                \.origins,
                .origins,
                .restart,
                "Its own origins in the order in which they are tried, with the settings of `origins[]`.",
                default: "as `origins`"
            ),
            row(
                "key_host",
                \.keyHost,
                Form.boolean.optional(),
                .restart,
                "Whether the client's host is part of the cache key; `false` lets several hosts share pictures.",
                default: "true with a host, or if an origin gets the client's host"
            ),
        ] + cache.filter { !ofStore.contains($0.name) }.map(ofRoute)
    }

    /// A cache setting as a route has it: its own, or none.
    private static func ofRoute(_ row: Setting<Configuration.Cache>) -> Setting<Configuration.RouteSettings> {
        let name = row.name
        let common = row.description
        return Setting(
            name: name,
            description: SettingDescription(
                path: "routes[].\(name)",
                kind: common.kind,
                defaultText: "as `\(name)`",
                range: common.range,
                isReloadable: common.isReloadable,
                summary: "The same for this route."
            ),
            read: { entry, route, findings in
                row.read(entry, &route.cache, &findings)
                route.ownCacheSettings.insert(name)
            },
            text: { $0.ownCacheSettings.contains(name) ? row.text($0.cache) : "as \(name)" },
            differs: { old, new in
                let isOwn = new.ownCacheSettings.contains(name)
                return old.ownCacheSettings.contains(name) != isOwn || isOwn && row.differs(old.cache, new.cache)
            },
            copy: { from, to in
                row.copy(from.cache, &to.cache)
                if from.ownCacheSettings.contains(name) {
                    to.ownCacheSettings.insert(name)
                } else {
                    to.ownCacheSettings.remove(name)
                }
            }
        )
    }
}

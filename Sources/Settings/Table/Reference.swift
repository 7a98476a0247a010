// value
// The table of settings as text: docs/configuration.md, and listings of a configuration in use.

/// Every setting, in the order of the reference.
package var settingDescriptions: [SettingDescription] { Table.descriptions }

/// The reference of settings, as docs/configuration.md has it.
///
/// - Returns: Markdown text that ends with a line break.
package func reference() -> String {
    var text = introduction
    var section: String?
    for row in Table.descriptions {
        let name = row.path.firstIndex { $0 == "." || $0 == "[" }.map { String(row.path[..<$0]) } ?? row.path
        let isSection = Table.descriptions.contains { $0.path.hasPrefix("\(name).") || $0.path.hasPrefix("\(name)[") }
        let heading = isSection ? "`\(name)`" : "General"
        if heading != section {
            text += "\n## \(heading)\n\n| Setting | Kind | Default | Allowed | Change | Meaning |\n"
            text += "| --- | --- | --- | --- | --- | --- |\n"
            section = heading
        }
        let change = row.isReloadable ? "reload" : "restart"
        let cells = ["`\(row.path)`", row.kind, row.defaultText, row.range, change, row.summary]
        text += "| \(cells.map { $0.split(separator: "|").joined(separator: "\\|") }.joined(separator: " | ")) |\n"
    }
    return text
}

/// Each setting of a configuration with its value as a file would say it; secrets and field values are not shown.
///
/// - Parameter configuration: The configuration to list.
/// - Returns: Paths and values in the order of the reference.
package func listing(of configuration: Configuration) -> [(path: String, value: String)] {
    Table.main.flatMap { row -> [(path: String, value: String)] in
        switch row.name {
        case "origins": listing(of: configuration.origins, at: "origins")
        case "routes": listing(of: configuration.routes)
        case "access_log":
            configuration.accessLog.map { log in
                Table.accessLog.map { ("access_log.\($0.name)", $0.text(log)) }
            } ?? [("access_log", row.text(configuration))]
        default:
            [(row.name, row.text(configuration))]
        }
    }
}

private func listing(of origins: [Configuration.Origin], at path: String) -> [(path: String, value: String)] {
    origins.enumerated().flatMap { index, origin in
        Table.origin.map { ("\(path)[\(index)].\($0.name)", $0.text(origin)) }
    }
}

private func listing(of routes: [Configuration.Route]) -> [(path: String, value: String)] {
    routes.enumerated().flatMap { index, route -> [(path: String, value: String)] in
        Table.route.flatMap { row -> [(path: String, value: String)] in
            let path = "routes[\(index)].\(row.name)"
            guard row.name == "origins", !route.origins.isEmpty else { return [(path, row.text(route))] }
            return listing(of: route.origins, at: path)
        }
    }
}

private let introduction = """
    # Configuration

    larder reads one YAML file, `/etc/larder/larder.yaml` unless `--config FILE` names another. `conf/larder.yaml` is
    a commented example with every setting. `larder check` reports every problem of a file at once, with its line.

    - **Sizes** have a unit: `B`, `kB`, `MB`, `GB`, `TB` (powers of 1000), `KiB`, `MiB`, `GiB`, `TiB` (powers of
      1024). `1.5GB` is allowed. Only `0` needs no unit.
    - **Durations** have a unit: `ms`, `s`, `m`, `h`, `d`.
    - **Paths**, `unix:` sockets and `file:` URLs that are relative start from the directory of the configuration file.
    - **Directories** (`url: file:…`): a name is the octets that the request's path decodes to, in whatever encoding. Symbolic links,
      relative or absolute, are followed where they end beneath the directory; an absolute one begins with the directory's path as
      configured or with its real path. Links that lead out are answered 404, logged and counted (`refused_paths`). A file that was
      written or changed less than two seconds ago is not kept: no `ttl` and no heuristic holds for it until then. Clocks of
      file servers are to agree with the machine's. Give pictures another name while they are written, and rename them.
    - **Routes**: of those that match, the one with the most exact host takes a request (a name before `*.name`, the longest
      first, before none), then the one with the longest path. Paths are plain prefixes of the normal path: `/thumbs` takes
      `/thumbs-old/a.jpg`. Their letter case is ignored as soon as `key_case` is `insensitive` on any route or at the top.
    - **Addresses** are `host:port`, `[::1]:port` or `unix:/path`.
    - Unknown and duplicate settings are errors, and so are YAML anchors with aliases.
    - **Change** says what a new value takes: *reload* (SIGHUP) or *restart*.

    """

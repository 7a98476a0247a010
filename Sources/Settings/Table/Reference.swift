// Value. The table of settings as text: docs/configuration.md, and listings of a configuration in use.

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

/// Each setting of a configuration with its value as it would be written in a file; secrets and field values are not
/// shown.
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

private func listing(of routes: [Configuration.RouteSettings]) -> [(path: String, value: String)] {
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

    larder reads one YAML file: `/etc/larder/larder.yaml`, or the one that `--config FILE` names. `conf/larder.yaml` is a
    commented example with every setting. `larder check` reports all problems of a file at once, with their lines.

    - **Sizes** have a unit: `B`, `kB`, `MB`, `GB`, `TB` (powers of 1000), `KiB`, `MiB`, `GiB`, `TiB` (powers of
      1024). `1.5GB` is allowed. Only `0` needs no unit.
    - **Durations** have a unit: `ms`, `s`, `m`, `h`, `d`.
    - **Relative** paths, `unix:` sockets and `file:` URLs start from the directory of the configuration file.
    - **Directories** (`url: file:…`): a file's name is the bytes that the request's path decodes to, in any encoding. Symbolic
      links, relative or absolute, are followed if they end below the directory; an absolute link must begin with the
      directory's path as configured, or with its real path. A link that leads out gets a 404, and is logged and counted
      (`refused_paths`). A file that was changed less than two seconds ago is not stored: until then no `ttl` and no heuristic
      applies to it. The clocks of file servers must agree with the machine's. Write a picture under another name and then
      rename it.
    - **Routes**: of the routes that match a request, the one with the most specific host takes it (a name before `*.name`, the
      longest first, before no host), then the one with the longest path. Paths are plain prefixes of the normalized path:
      `/thumbs` matches `/thumbs-old/a.jpg` too. Their letter case is ignored if `key_case` is `insensitive` on any route or at
      the top level.
    - **Addresses** are `host:port`, `[::1]:port` or `unix:/path`.
    - Unknown and duplicate settings are errors, and so are YAML anchors with aliases.
    - **Change** says how a new value takes effect: by a *reload* (SIGHUP) or a *restart*.

    """

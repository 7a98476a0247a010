// Value. The changes that a reload would make, by the table of settings.

/// Compares two configurations.
///
/// - Parameters:
///   - old: The configuration in use.
///   - new: The new configuration.
/// - Returns: The paths of the settings that differ: those that a reload applies, and those that need a restart.
package func changes(
    from old: Configuration,
    to new: Configuration
) -> (reloadable: [String], needsRestart: [String]) {
    var changed: [(path: String, isReloadable: Bool)] = []
    for row in Table.main where row.differs(old, new) {
        let detailed =
            switch row.name {
            case "origins": originChanges(old.origins, new.origins, at: "origins")
            case "routes": routeChanges(old.routes, new.routes)
            case "access_log": accessLogChanges(old.accessLog, new.accessLog)
            default: nil as [(path: String, isReloadable: Bool)]?
            }
        changed += detailed ?? [(row.name, row.description.isReloadable)]
    }
    return (
        changed.filter(\.isReloadable).map(\.path),
        changed.filter { !$0.isReloadable }.map(\.path)
    )
}

/// The configuration in force after a reload.
///
/// - Parameters:
///   - old: The configuration in use.
///   - new: The new configuration.
/// - Returns: The new values of the settings that a running larder can change, and the old values of the others.
package func reloaded(from old: Configuration, to new: Configuration) -> Configuration {
    var effective = new
    for row in Table.main where !row.description.isReloadable && row.name != "routes" { row.copy(old, &effective) }
    guard areSame(old.routes, new.routes) else {
        effective.routes = old.routes
        return effective
    }
    for index in new.routes.indices {
        for row in Table.route where !row.description.isReloadable {
            row.copy(old.routes[index], &effective.routes[index])
        }
    }
    return effective
}

/// Whether the routes take the same requests.
private func areSame(_ old: [Configuration.RouteSettings], _ new: [Configuration.RouteSettings]) -> Bool {
    old.count == new.count && zip(old, new).allSatisfy { $0.host == $1.host && $0.path == $1.path }
}

/// The settings of routes that differ; nil if they take other requests.
private func routeChanges(
    _ old: [Configuration.RouteSettings],
    _ new: [Configuration.RouteSettings]
) -> [(path: String, isReloadable: Bool)]? {
    guard areSame(old, new) else { return nil }
    return zip(old, new).enumerated().flatMap { index, pair in
        Table.route.filter { $0.differs(pair.0, pair.1) }.flatMap { row in
            let path = "routes[\(index)].\(row.name)"
            let detailed = row.name == "origins" ? originChanges(pair.0.origins, pair.1.origins, at: path) : nil
            return detailed ?? [(path, row.description.isReloadable)]
        }
    }
}

/// The settings of origins that differ; nil if the lists have other members.
private func originChanges(
    _ old: [Configuration.Origin],
    _ new: [Configuration.Origin],
    at path: String
) -> [(path: String, isReloadable: Bool)]? {
    guard old.map(\.url) == new.map(\.url) else { return nil }
    return zip(old, new).enumerated().flatMap { index, pair in
        Table.origin.filter { $0.differs(pair.0, pair.1) }
            .map { ("\(path)[\(index)].\($0.name)", $0.description.isReloadable) }
    }
}

/// The settings of the access log that differ; nil if one of the configurations has none.
private func accessLogChanges(
    _ old: Configuration.AccessLogSettings?,
    _ new: Configuration.AccessLogSettings?
) -> [(path: String, isReloadable: Bool)]? {
    guard let old, let new else { return nil }
    return Table.accessLog.filter { $0.differs(old, new) }
        .map { ("access_log.\($0.name)", $0.description.isReloadable) }
}

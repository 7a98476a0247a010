// value
// What a reload would change, by the table of settings.

/// Compares two configurations.
///
/// - Parameters:
///   - old: The configuration in use.
///   - new: The configuration that was read anew.
/// - Returns: The paths of the settings that differ: those that a reload takes over, and those that need a restart.
public func changes(
    from old: Configuration,
    to new: Configuration
) -> (reloadable: [String], needsRestart: [String]) {
    var changed: [(path: String, isReloadable: Bool)] = []
    for row in Table.main where row.differs(old, new) {
        let detailed =
            switch row.name {
            case "origins": originChanges(old.origins, new.origins)
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

/// The settings of origins that differ; nil if the list itself is another.
private func originChanges(
    _ old: [Configuration.Origin],
    _ new: [Configuration.Origin]
) -> [(path: String, isReloadable: Bool)]? {
    guard old.map(\.url) == new.map(\.url) else { return nil }
    return zip(old, new).enumerated().flatMap { index, pair in
        Table.origin.filter { $0.differs(pair.0, pair.1) }
            .map { ("origins[\(index)].\($0.name)", $0.description.isReloadable) }
    }
}

/// The settings of the access log that differ; nil if one of the configurations has none.
private func accessLogChanges(
    _ old: Configuration.AccessLog?,
    _ new: Configuration.AccessLog?
) -> [(path: String, isReloadable: Bool)]? {
    guard let old, let new else { return nil }
    return Table.accessLog.filter { $0.differs(old, new) }
        .map { ("access_log.\($0.name)", $0.description.isReloadable) }
}

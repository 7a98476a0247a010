// A value. What a configuration that was read anew changes in a running larder. Pure.

import Settings

struct Reload {
    /// What is in force from now on: the new values, where a running larder can take them over.
    let effective: Configuration
    /// The paths of the settings that change now.
    let applied: [String]
    /// The paths of the settings that a restart would change.
    let needsRestart: [String]

    init(from old: Configuration, to new: Configuration) {
        let difference = changes(from: old, to: new)
        applied = difference.reloadable
        needsRestart = difference.needsRestart
        var effective = new
        effective.listen = old.listen
        effective.threads = old.threads
        effective.admin.listen = old.admin.listen
        effective.origins = old.origins
        effective.accessLog = old.accessLog
        effective.cache.directory = old.cache.directory
        effective.cache.memory = old.cache.memory
        effective.cache.foldCase = old.cache.foldCase
        self.effective = effective
    }
}

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
        effective = reloaded(from: old, to: new)
    }
}

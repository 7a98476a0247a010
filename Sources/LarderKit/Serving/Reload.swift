// Value. The changes that a new configuration makes to a running larder.

import Settings

struct Reload {
    /// The configuration in force from now on: the new values of settings that can be reloaded, the old ones of the
    /// rest.
    let effective: Configuration
    /// The paths of the settings that take effect now.
    let applied: [String]
    /// The paths of the changed settings that take effect at a restart.
    let needsRestart: [String]

    init(from old: Configuration, to new: Configuration) {
        let difference = changes(from: old, to: new)
        applied = difference.reloadable
        needsRestart = difference.needsRestart
        effective = reloaded(from: old, to: new)
    }
}

// Value. A purge in progress on the index thread.

/// A rule of the fence whose matches are to be removed, and that is to be put on the disk.
struct Sweep: Sendable {
    let rule: PurgeRule
    /// Responses of earlier generations match the rule.
    let epoch: UInt32
    /// Records of lower sequences were complete when the rule was raised.
    var sequence = UInt64.max
    /// The rule is written in the index, and is in force again after a restart.
    var hasBan = false
    /// A stop does not undo it: the rule is written in the index, or the matching rows are removed there.
    var isDurable = false
    /// Called once, on the index thread.
    var completion: (@Sendable (PurgeReport) -> Void)?
}

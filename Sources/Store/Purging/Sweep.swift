// Value. A purge on its way through the index thread.

/// A rule of the fence that is to be made good, and put on the disk.
struct Sweep: Sendable {
    let rule: PurgeRule
    /// What began before it falls under the rule.
    let epoch: UInt32
    /// Records of lower sequences were complete when the rule was raised.
    var sequence = UInt64.max
    /// The rule stands in the index, and holds again after a stop.
    var hasBan = false
    /// A stop does not undo it: the rule stands in the index, or what it removed is gone there.
    var isDurable = false
    /// Called once, on the index thread.
    var completion: (@Sendable (PurgeReport) -> Void)?
}

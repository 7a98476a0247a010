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

extension Sweep {
    /// Whether the rule has to be written to the disk before anything is removed.
    ///
    /// A key's rows go in the same transaction where the index has them all. A group whose members the index does not know
    /// becomes a wider rule.
    /// - Parameter isWhole: The index has all rows.
    func needsBan(isWhole: Bool) -> Bool {
        guard !hasBan else { return false }
        return switch rule {
        case .key: !isWhole
        case .group: isWhole
        case .prefix, .glob, .withoutHost, .all: true
        }
    }

    /// The rules on the disk that are over, without those that were raised again and are not.
    static func bansOver(of batch: [Sweep], isSwept: [Bool]) -> Set<PurgeRule> {
        let banned = zip(batch, isSwept).filter(\.0.hasBan)
        return Set(banned.filter(\.1).map(\.0.rule)).subtracting(banned.filter { !$1 }.map(\.0.rule))
    }
}

// Value. What becomes of a purge's rule once its sweep was tried. Pure.

enum SweepOutcome: Equatable {
    /// Nothing older that matches is left: the rule is retired.
    case over
    /// The sweep is tried again. `isRetired`: meanwhile the rule need not hold.
    case kept(isRetired: Bool)
    /// Everything that may be a member of the group is purged instead.
    case widened(scope: [UInt8])

    /// Decides.
    ///
    /// - Parameters:
    ///   - rule: The purge's rule.
    ///   - isSwept: Index and catalog are whole, and are known to have nothing older that matches.
    ///   - isLoaded: The catalog has all responses of the index.
    init(of rule: PurgeRule, isSwept: Bool, isLoaded: Bool) {
        switch rule {
        case _ where isSwept: self = .over
        // The index does not know the members, and they must not stay usable.
        case .group(_, let scope): self = .widened(scope: scope)
        // The key's entries have left a catalog that has all, and what is loaded later is compared with earlier purges, too.
        case .key: self = .kept(isRetired: isLoaded)
        case .prefix, .glob, .withoutHost, .all: self = .kept(isRetired: false)
        }
    }
}

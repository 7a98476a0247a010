// Shared. Removes responses from a store: all that match a purge, or single ones.

extension Store {
    /// Purges: the rules are in force when this returns.
    /// - Parameters:
    ///   - rules: Those that name single keys are put on the disk together.
    ///   - completion: Called once for each rule, with its place among them and the result, including whether that is
    ///     on the disk. On the index thread.
    /// - Returns: False if too many purges are being swept: then none of the rules is in force.
    @discardableResult
    public func purge(
        _ rules: [PurgeRule],
        completion: @escaping @Sendable (Int, PurgeReport) -> Void
    ) -> Bool {
        guard core.fence.activeBans < Self.activeBansLimit else { return false }
        invalidate(rules, completion: completion)
        return true
    }

    /// Purges like `purge`, but however many purges are being swept: for responses that an origin's response makes
    /// unusable.
    ///
    /// A group's members are unusable when `completion` is called, all others when this returns.
    public func invalidate(_ rules: [PurgeRule], completion: @escaping @Sendable (Int, PurgeReport) -> Void) {
        let sweeps = rules.enumerated().map { index, rule in
            core.raise(rule) { completion(index, $0) }
        }
        guard !core.post(sweeps) else { return }
        for index in rules.indices { completion(index, PurgeReport(obstacle: "larder is stopping.")) }
    }

    /// The most sweeps in progress at which another purge is accepted, even one with many rules.
    private static let activeBansLimit = 1000

    /// Removes a stored response that another response has made outdated, even if its record was copied or freshened
    /// meanwhile.
    ///
    /// Any thread.
    public func remove(_ entry: CatalogEntry, key: [UInt8]) { core.remove(entry, key: key) }

    /// Removes a stored response whose record is useless, unless it was copied or replaced meanwhile.
    ///
    /// Any thread.
    public func forget(_ entry: CatalogEntry, key: [UInt8]) { core.forget(entry, key: key) }

    /// Whether a purge that matches the key came after a generation.
    ///
    /// A response from before such a purge must not be used for a request after it. Compares two numbers if nothing was
    /// purged meanwhile.
    public func hasPurged(_ key: [UInt8], since epoch: UInt32) -> Bool {
        !core.fence.allowsStoring(key, since: epoch)
    }
}

// Removes responses from a store: those that purges match, and single ones.

extension Store {
    /// Purges: the rules hold when this returns.
    /// - Parameters:
    ///   - rules: All of which are put on the disk together, as far as they name single keys.
    ///   - completion: Told once for each rule, by its place among them, what was removed, and whether that is on the disk.
    ///     On the index thread.
    /// - Returns: False if so many purges are being swept that no more are taken: then none of the rules holds.
    @discardableResult
    public func purge(
        _ rules: [PurgeRule],
        completion: @escaping @Sendable (Int, PurgeReport) -> Void
    ) -> Bool {
        guard core.fence.activeBans < Self.activeBansLimit else { return false }
        invalidate(rules, completion: completion)
        return true
    }

    /// Purges as `purge` does, however many purges are being swept: for what an origin's answers make unusable.
    ///
    /// A group's members are unusable when `completion` is called, all others when this returns.
    public func invalidate(_ rules: [PurgeRule], completion: @escaping @Sendable (Int, PurgeReport) -> Void) {
        let sweeps = rules.enumerated().map { index, rule in
            core.raise(rule) { completion(index, $0) }
        }
        guard !core.post(sweeps) else { return }
        for index in rules.indices { completion(index, PurgeReport(obstacle: "larder is stopping.")) }
    }

    /// Purges whose sweep is under way at once, before one more is taken, which may be of as many rules.
    private static let activeBansLimit = 1000

    /// Removes a stored response that another answer has made untrue, also where its record was copied or freshened meanwhile.
    ///
    /// Any thread.
    public func remove(_ entry: CatalogEntry, key: [UInt8]) { core.remove(entry, key: key) }

    /// Removes a stored response whose record is of no use, unless it was copied or replaced meanwhile.
    ///
    /// Any thread.
    public func forget(_ entry: CatalogEntry, key: [UInt8]) { core.forget(entry, key: key) }

    /// Whether a purge that the key falls under came after an epoch.
    ///
    /// What began before such a purge is no answer for a request that came after it. A comparison of two numbers where
    /// nothing was purged meanwhile.
    public func hasPurged(_ key: [UInt8], since epoch: UInt32) -> Bool {
        !core.fence.allowsStoring(key, since: epoch)
    }
}

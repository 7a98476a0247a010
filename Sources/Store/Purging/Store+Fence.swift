// What the fence tells of fills under way, beyond whether they may be stored.

extension Store {
    /// Whether a purge that the key falls under came after an epoch.
    ///
    /// What began before such a purge is no answer for a request that came after it. A comparison of two numbers where
    /// nothing was purged meanwhile.
    package func hasPurged(_ key: [UInt8], since epoch: UInt32) -> Bool {
        !core.fence.allowsStoring(key, since: epoch)
    }
}

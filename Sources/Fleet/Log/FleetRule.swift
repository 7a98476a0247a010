// Value. A rule of a purge as it was ordered. Each node makes its own keys of it.

package struct FleetRule: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case url, prefix, glob, group, all
        /// A key with any query. No node applies it yet.
        case path
        /// No node applies it yet.
        case tag

        /// False for kinds that only a later version applies: until then a record with one is an unknown one.
        package var isApplied: Bool { self != .path && self != .tag }
    }

    package let kind: Kind
    /// What is ordered; empty for the kind `all`.
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}

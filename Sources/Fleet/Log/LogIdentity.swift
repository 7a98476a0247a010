// Value. Which log it is. A log that was made anew, or that is another cluster's, has another identity: a position in one
// says nothing about another.

package struct LogIdentity: Hashable, Sendable {
    /// More characters of either text are cut off: no identity of etcd's or larder's is longer.
    package static let textLimit = 64

    /// etcd's own name of its cluster.
    package let cluster: String
    /// What the first node of the farm wrote at random, once; empty if nobody has yet.
    package let identity: String

    package init(cluster: String, identity: String) {
        self.cluster = Self.cut(cluster)
        self.identity = Self.cut(identity)
    }

    private static func cut(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(textLimit)))
    }
}

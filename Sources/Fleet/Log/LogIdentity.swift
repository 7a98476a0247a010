// Value. Which log it is: a log restored elsewhere or made anew has another identity, and a position in one says nothing
// about another.

package struct LogIdentity: Hashable, Sendable {
    /// etcd's own name of its cluster.
    package let cluster: String
    /// What the first node wrote at random, once.
    package let identity: String

    package init(cluster: String, identity: String) {
        self.cluster = cluster
        self.identity = identity
    }
}

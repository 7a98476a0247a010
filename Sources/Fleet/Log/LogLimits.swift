// Value. The bounds of what a node keeps of the log in memory, and how often it asks for its end.

package struct LogLimits: Sendable {
    /// Records that wait to be applied; if more come, the watch stops and the node catches up later.
    package var queued = 10_000
    /// Their bytes.
    package var queuedBytes = 16 << 20
    /// With fewer waiting, the watch begins again.
    package var refill = 1_000
    /// Records that are applied in one transaction.
    package var group = 128
    /// Their bytes; one record is always applied.
    package var groupBytes = 1 << 20
    /// Records a page while catching up.
    package var page = 1_000
    /// Records that a node catches up with, as many as no log keeps; beyond, it doubts.
    package var caughtUp = 200_000
    /// Their bytes.
    package var caughtUpBytes = 64 << 20
    /// Proofs that wait until what they prove is applied.
    package var pendingProofs = 16
    /// From the sending of one tick to the next.
    package var tick = Duration.seconds(1)
    /// A tick that nobody has answered by then is as good as lost.
    package var tickDeadline = Duration.seconds(10)
    /// How long after a store could not keep a position it is asked again.
    package var keep = Duration.seconds(5)

    package init() {}
}

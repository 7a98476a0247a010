// Value. One tick: its answer comes with it.

package struct LogTick: Hashable, Sendable {
    package let number: UInt64

    package init(number: UInt64) { self.number = number }
}

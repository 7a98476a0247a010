// Value. One connection's worth of following, from RESUME to the end of its watch. Answers come with the attempt that asked for
// them, and those of earlier attempts say nothing any more.

package struct LogAttempt: Hashable, Comparable, Sendable {
    package private(set) var number: UInt64 = 0

    package init() {}

    mutating func begin() { number += 1 }

    package static func < (left: LogAttempt, right: LogAttempt) -> Bool { left.number < right.number }
}

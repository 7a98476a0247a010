// Value. A record of the log: what one order, or a part of it, purges. All members but the rules and `isSoft` are for people:
// no clock orders anything.

package struct FleetRecord: Hashable, Sendable {
    /// Larger orders are split, so that etcd and each node can take a record whole.
    package static let sizeLimit = 65_536
    /// The version of the records that this larder writes and understands.
    package static let version = 1

    /// Of a longer name of a node the rest is cut off.
    package static let nameLimit = 255

    /// The node that wrote it.
    package let by: String
    /// When, in milliseconds since 1970 by that node's clock.
    package let at: Int64
    /// True if what it names is validated rather than removed.
    package let isSoft: Bool
    /// One at least.
    package let rules: [FleetRule]
    /// Which part of its order it is.
    package let part: Part

    /// A part of an order, from 1.
    package struct Part: Hashable, Sendable {
        /// An order has no more: it is refused.
        package static let limit = 128
        package static let whole = Part(1, of: 1)

        package let number: Int
        package let count: Int

        package init(_ number: Int, of count: Int) {
            self.number = number
            self.count = count
        }
    }

    package init(by: String, at: Int64, isSoft: Bool, rules: [FleetRule], part: Part = .whole) {
        self.by = String(String.UnicodeScalarView(by.unicodeScalars.prefix(Self.nameLimit)))
        self.at = at
        self.isSoft = isSoft
        self.rules = rules
        self.part = part
    }

    /// True if both purge the same, whatever their author and time: an id in the log must not be reused for another order.
    package func hasSameOrder(as other: FleetRecord) -> Bool {
        isSoft == other.isSoft && rules == other.rules && part == other.part
    }
}

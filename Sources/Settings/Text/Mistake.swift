// Value. A mistake in a text, without its place: the reader adds file, line and path.

/// The mistake in a text, and what was expected instead.
package struct Mistake: Error, Sendable, Equatable {
    /// What is wrong: a clause without a full stop.
    package let message: String
    /// What would be right: a noun phrase, often with an example.
    package let expected: String
}

extension Mistake: CustomStringConvertible {
    /// Both parts in one line.
    package var description: String { "\(message); expected \(expected)" }
}

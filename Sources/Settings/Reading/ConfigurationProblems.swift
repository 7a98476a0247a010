// Value. Why a configuration was refused: every problem of the file at once, in the order of its lines. Invariant:
// `problems` is not empty.

/// The problems that make a configuration unusable.
package struct ConfigurationProblems: Error, Sendable, Equatable {
    /// The problems that must be fixed, in the order of the file.
    package let problems: [Problem]
    /// The warnings in addition.
    package let warnings: [Problem]
}

extension ConfigurationProblems: CustomStringConvertible {
    /// The problems, one on each line.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

// Value. Why a configuration was refused: every problem of the file at once, in the order of its lines. Invariant:
// `problems` is not empty.

/// The problems that make a configuration unusable.
package struct ConfigurationProblems: Error, Sendable, Equatable {
    /// What must be put right, in the order of the file.
    package let problems: [Problem]
    /// What is doubtful besides.
    package let warnings: [Problem]
}

extension ConfigurationProblems: CustomStringConvertible {
    /// The problems, one a line.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

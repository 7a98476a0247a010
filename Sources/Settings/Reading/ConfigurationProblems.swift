// value
// Why a configuration was refused: every problem of the file at once, in the order of its lines.
// Invariant: `problems` is not empty.

/// The problems that make a configuration unusable.
public struct ConfigurationProblems: Error, Sendable, Equatable {
    /// What must be put right, in the order of the file.
    public let problems: [Problem]
    /// What is doubtful besides.
    public let warnings: [Problem]
}

extension ConfigurationProblems: CustomStringConvertible {
    /// The problems, one a line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

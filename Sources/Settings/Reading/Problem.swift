// Value. One thing that is wrong, or doubtful, in a configuration file: its place, what it is, and what is expected.

/// A problem in a configuration file.
package struct Problem: Sendable, Equatable {
    /// The file as the caller named it.
    package var file: String
    /// The line, from 1; nil if the file as a whole is meant.
    package var line: Int?
    /// The column, from 1, in Unicode scalars; nil if unknown.
    package var column: Int?
    /// The setting that it concerns, such as `cache.max_size` or `origins[0].url`; empty for the file as a whole.
    package var path: String
    /// What is wrong.
    package var message: String
    /// What would be right; empty if the message is sufficient.
    package var expected: String

    /// Describes a problem.
    ///
    /// - Parameters:
    ///   - file: The file as the caller named it.
    ///   - line: The line, from 1.
    ///   - column: The column, from 1.
    ///   - path: The setting that it concerns.
    ///   - message: What is wrong.
    ///   - expected: What would be right.
    package init(
        file: String,
        line: Int? = nil,
        column: Int? = nil,
        path: String = "",
        message: String,
        expected: String = ""
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.expected = expected
    }
}

extension Problem: CustomStringConvertible {
    /// The problem in one line: `conf/larder.yaml:12: cache.max_size: …; expected …`.
    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let subject = path.isEmpty ? place : "\(place): \(path)"
        return expected.isEmpty ? "\(subject): \(message)" : "\(subject): \(message); expected \(expected)"
    }
}

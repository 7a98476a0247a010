// Value. Why a command failed, in words for its user.

package import Settings

package struct Failure: Error, CustomStringConvertible {
    package let description: String
    /// The part of the request that the admin interface refuses, such as `url[17]`; nil if it names none.
    package let refusedField: String?
    /// The admin interface is too busy now (503); the same request may succeed a little later.
    package let isPassing: Bool

    package init(_ description: String, refusedField: String? = nil, isPassing: Bool = false) {
        self.description = description
        self.refusedField = refusedField
        self.isPassing = isPassing
    }

    /// All problems of a configuration file, one on each line.
    /// - Parameter hint: What the user can do without the file; empty for nothing.
    package init(_ problems: ConfigurationProblems, hint: String = "") {
        let end = hint.isEmpty ? "" : "; \(hint)"
        self.init(problems.problems.map { $0.diagnostic + end }.joined(separator: "\n"))
    }

    /// The index of the refused item, from 0.
    package var refusedItem: Int? {
        let parts = refusedField?.split(separator: "[") ?? []
        return parts.count == 2 && parts[1].hasSuffix("]") ? Int(parts[1].dropLast()) : nil
    }
}

extension Failure {
    /// Turns a mistake in a text into a failure that names the source of the text.
    /// - Parameters:
    ///   - name: The option, variable or setting.
    ///   - end: What follows the mistake.
    static func reporting<Value>(
        _ name: String,
        _ end: String = "",
        _ body: () throws(Mistake) -> Value
    ) throws(Failure) -> Value {
        do throws(Mistake) {
            return try body()
        } catch {
            throw Failure("\(name): \(error)\(end)")
        }
    }

    /// Turns problems of a configuration file into a failure, with one problem on each line.
    /// - Parameter hint: What the user can do without the file.
    package static func reportingProblems<Value>(
        _ hint: String,
        _ body: () throws(ConfigurationProblems) -> Value
    ) throws(Failure) -> Value {
        do throws(ConfigurationProblems) {
            return try body()
        } catch {
            throw Failure(error, hint: hint)
        }
    }
}

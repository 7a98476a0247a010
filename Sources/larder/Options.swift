// Values. The options that several commands share, and how a command reads its configuration.

import ArgumentParser
import Settings

/// `--config FILE`.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration file. (default: \(ConfigurationFile.defaultPath))",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    private var named: String?

    /// The file to read.
    var path: String { named ?? ConfigurationFile.defaultPath }
    /// Whether the command line names it.
    var isNamed: Bool { named != nil }

    func validate() throws { try ArgumentBytes.check(path, "--config") }

    /// Reads the whole file.
    /// - Throws: A failure that names every problem. Warnings are no reason to fail, and not part of it.
    func load() throws(Failure) -> ConfigurationFile.Loaded {
        do {
            return try ConfigurationFile.load(path)
        } catch {
            throw Failure(error.problems.map(\.told).joined(separator: "\n"))
        }
    }

    /// Reads the few settings that a command needs, whatever else is wrong in the file.
    /// - Parameter hint: What the user can do without the file.
    /// - Returns: The settings.
    /// - Throws: A failure that names why there are none.
    func parts(_ hint: String) throws(Failure) -> ConfigurationParts {
        try reportingProblems(hint) { () throws(ConfigurationProblems) in try ConfigurationFile.parts(of: path) }
    }
}

/// `--json`.
struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isWanted = false
}

extension Problem {
    /// The problem as compilers tell theirs: file, line and column first, so that editors find the place.
    var told: String {
        let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
        let subject = path.isEmpty ? "" : " \(path):"
        let end = expected.isEmpty ? "" : "; expected \(expected)"
        return "\(file)\(place):\(subject) \(message)\(end)"
    }
}

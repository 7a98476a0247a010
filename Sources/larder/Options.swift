// Values. The options that several commands share, and how a command reads its configuration.

import ArgumentParser
import Settings

/// `--config FILE`.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("The configuration file.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var file = ConfigurationFile.defaultPath

    func validate() throws { try ArgumentBytes.check(file, "--config") }

    /// Reads the file.
    /// - Throws: A failure that names every problem.
    func load() throws(Failure) -> ConfigurationFile.Loaded {
        do {
            return try ConfigurationFile.load(file)
        } catch {
            throw Failure((error.problems + error.warnings).map(\.told).joined(separator: "\n"))
        }
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

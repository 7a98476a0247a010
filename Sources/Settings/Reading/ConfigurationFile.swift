// Value. Reads a file into a Configuration: the main entry point of the module. It reads the bytes, composes the YAML,
// reads each setting by the table, and then checks settings together and against the machine. It does not stop at the
// first problem, unless there is no YAML tree (unreadable file, broken YAML).

/// Reads and checks configuration files.
package enum ConfigurationFile {
    /// A configuration from a file without problems.
    package struct Loaded: Sendable, Equatable {
        /// The settings.
        package let configuration: Configuration
        /// Doubtful settings that do not keep larder from starting.
        package let warnings: [Problem]
    }

    /// The file that larder reads without `--config`.
    package static let defaultPath = "/etc/larder/larder.yaml"

    /// The most bytes a file may have: a configuration of a thousand origins stays far below it.
    package static let maximumSize = 1 << 20

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file; relative to the working directory if it does not begin with a slash.
    ///   - probe: The machine to check the settings against.
    /// - Returns: The settings and the warnings about them.
    /// - Throws: Every problem of the file.
    package static func load(
        _ path: String,
        probe: some FileProbe = SystemFileProbe()
    ) throws(ConfigurationProblems) -> Loaded {
        let (bytes, _) = try contents(of: path, probe)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = firstInvalidLine(bytes)
            throw refuse(path, line: line, message: "the text is not UTF-8", expected: "a file saved as UTF-8")
        }
        return try parse(text: text, file: path, probe: probe)
    }

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - text: The YAML text.
    ///   - file: The file's name in problems; relative paths in the text start from its directory.
    ///   - probe: The machine to check the settings against.
    /// - Returns: The settings and the warnings about them.
    /// - Throws: Every problem of the text.
    package static func parse(
        text: String,
        file: String,
        probe: some FileProbe = SystemFileProbe()
    ) throws(ConfigurationProblems) -> Loaded {
        guard text.utf8.count <= maximumSize else {
            throw refuse(file, message: "the text has \(text.utf8.count) bytes", expected: "at most \(maximumSize)")
        }
        let directory = FilePath.parent(of: FilePath.absolute(file, in: probe.workingDirectory))
        var findings = Findings(file: file)
        var configuration = Configuration()
        configuration.threads = min(max(1, probe.processors), Table.threads.upperBound)
        if let document = YAMLDocument.compose(text, into: &findings) {
            let reader = SettingsReader(document: document, directory: directory)
            reader.read(document.root, as: Table.main, at: "", into: &configuration, &findings)
            // A file that is a list, for example, lacks every setting: one message is enough.
            if !findings.isFaulty("") { Checks(probe: probe).run(&configuration, &findings) }
        }
        let warnings = findings.sortedWarnings
        guard findings.problems.isEmpty else {
            throw ConfigurationProblems(problems: findings.sortedProblems, warnings: warnings)
        }
        return Loaded(configuration: configuration, warnings: warnings)
    }

    /// The bytes of a file, and its absolute path.
    static func contents(
        of path: String,
        _ probe: some FileProbe
    ) throws(ConfigurationProblems) -> (bytes: [UInt8], absolute: String) {
        let absolute = FilePath.absolute(path, in: probe.workingDirectory)
        do {
            return (try probe.contents(of: absolute, limit: maximumSize), absolute)
        } catch {
            let isDefault = path == defaultPath && error == .missing
            throw refuse(
                path,
                message: "the configuration file \(error)",
                expected: isDefault ? "this file, or another one named with --config FILE" : "a readable YAML file"
            )
        }
    }

    private static func refuse(
        _ file: String,
        line: Int? = nil,
        message: String,
        expected: String
    ) -> ConfigurationProblems {
        let problem = Problem(file: file, line: line, message: message, expected: expected)
        return ConfigurationProblems(problems: [problem], warnings: [])
    }

    private static func firstInvalidLine(_ bytes: [UInt8]) -> Int? {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
    }
}

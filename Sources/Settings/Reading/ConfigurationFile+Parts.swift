// Value. The few settings that commands need of a file: the address of the running larder, or its cache directory. The
// rest of the file does not matter: it may be half edited, or name a secret or a log that this user cannot open.

/// The few settings of a file that commands read by themselves.
package struct ConfigurationParts: Sendable {
    private static let names = ["listen", "admin.listen", "admin.token_file", "cache.directory"]

    private let configuration: Configuration
    private let problems: [String: Problem]
    private let given: Set<String>

    /// The addresses of the picture port.
    ///
    /// - Returns: At least one.
    /// - Throws: What is wrong with the setting.
    package func listen() throws(ConfigurationProblems) -> [ListenAddress] {
        try check("listen")
        return configuration.listen
    }

    /// The address of the admin interface.
    ///
    /// - Returns: The address.
    /// - Throws: What is wrong with the setting.
    package func adminListen() throws(ConfigurationProblems) -> ListenAddress {
        try check("admin.listen")
        return configuration.admin.listen
    }

    /// The absolute path of the file with the token; nil if there is none.
    ///
    /// - Returns: The path.
    /// - Throws: What is wrong with the setting.
    package func tokenFile() throws(ConfigurationProblems) -> String? {
        try check("admin.token_file")
        return configuration.admin.tokenFile
    }

    /// The absolute path of the cache directory.
    ///
    /// - Returns: The path; nil if the file names none.
    /// - Throws: What is wrong with the setting.
    package func cacheDirectory() throws(ConfigurationProblems) -> String? {
        try check("cache.directory")
        return given.contains("cache.directory") ? configuration.cache.directory : nil
    }

    /// Throws if a setting has a problem, or the section that would contain it.
    private func check(_ name: String) throws(ConfigurationProblems) {
        let section = String(name.prefix { $0 != "." })
        guard let problem = problems[name] ?? problems[section] else { return }
        throw ConfigurationProblems(problems: [problem], warnings: [])
    }

    init(text: String, file: String, directory: String) {
        var configuration = Configuration()
        var problems: [String: Problem] = [:]
        var given: Set<String> = []
        for part in ConfigurationParts.documents(of: text, file: file) {
            var findings = Findings(file: file)
            guard let document = YAMLDocument.compose(part.text, into: &findings) else {
                if let section = part.section { problems[section] = findings.problems.first }
                continue
            }
            let rows = Table.main.filter { ConfigurationParts.names.contains($0.name) }
            let reader = SettingsReader(document: document, directory: directory)
            reader.read(document.root, as: rows, at: "", into: &configuration, &findings)
            for problem in findings.sortedProblems.reversed() where problem.path != "" {
                problems[problem.path] = problem
            }
            given.formUnion(ConfigurationParts.names.filter(findings.has))
        }
        self.configuration = configuration
        self.problems = problems
        self.given = given
    }

    /// The whole text if it is YAML; otherwise each section by itself, so that a mistake in one does not spoil the
    /// others.
    private static func documents(of text: String, file: String) -> [(section: String?, text: String)] {
        var findings = Findings(file: file)
        if YAMLDocument.compose(text, into: &findings) != nil { return [(nil, text)] }
        let sections = ["listen", "admin", "cache"]
        return sections.compactMap { name in section(name, of: text).map { (name, $0) } }
    }

    /// The lines of one section, with all other lines empty, so that places stay right.
    private static func section(_ name: String, of text: String) -> String? {
        var isInside = false
        var isFound = false
        // The lines of a section begin with a blank; only a list may begin without one.
        var continuing = " #"
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            if line.hasPrefix("\(name):") {
                // A second section of the name is a mistake that larder itself refuses; it was started with the first.
                isInside = !isFound
                isFound = true
                let value = line.dropFirst(name.count + 1).drop { $0 == " " }
                continuing = value.isEmpty || value.hasPrefix("#") ? " #-" : " #"
            } else if let first = line.first, !continuing.contains(first) {
                isInside = false
            } else if line.first == " " {
                continuing = " #"
            }
            return isInside ? line : ""
        }
        return isFound ? lines.joined(separator: "\n") : nil
    }
}

extension ConfigurationFile {
    /// Reads the settings that commands need from a file, whatever else is wrong in it.
    ///
    /// - Parameters:
    ///   - path: The file; relative to the working directory if it does not begin with a slash.
    ///   - probe: The machine.
    /// - Returns: The settings, each with its own problem if it has one.
    /// - Throws: Why the file cannot be read at all.
    package static func parts(
        of path: String,
        probe: some FileProbe = SystemFileProbe()
    ) throws(ConfigurationProblems) -> ConfigurationParts {
        let (bytes, absolute) = try contents(of: path, probe)
        // Bytes that are not UTF-8 may be in a comment and do not matter here.
        let text = String(decoding: bytes, as: UTF8.self)
        return ConfigurationParts(text: text, file: path, directory: FilePath.parent(of: absolute))
    }
}

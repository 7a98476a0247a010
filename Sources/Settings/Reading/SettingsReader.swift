// Value. Walks a mapping of the file by the rows of a table: every key is a row's, a section's, or unknown. It reports
// each problem and continues.

import Yams

/// Reads mappings into the values that a table describes.
struct SettingsReader {
    let document: YAMLDocument
    /// Where relative paths start: the absolute path of the file's directory.
    let directory: String

    /// Reads a mapping.
    ///
    /// - Parameters:
    ///   - node: The mapping.
    ///   - rows: The settings that it may contain; their names are relative to the subject.
    ///   - base: The subject's own path, empty for the whole file.
    ///   - section: The section within the subject that the mapping is, empty for all of it.
    ///   - subject: Receives the values.
    ///   - findings: Receives the problems.
    func read<Subject>(
        _ node: Node,
        as rows: [Setting<Subject>],
        at base: String,
        section: String = "",
        into subject: inout Subject,
        _ findings: inout Findings
    ) {
        let path = joined(base, section)
        let entry = Entry(path: path, node: node, reader: self)
        guard let pairs = entry.pairs(of: "settings, each as `name: value`", &findings) else { return }
        for pair in pairs {
            let name = joined(section, pair.key)
            let child = Entry(path: joined(base, name), node: pair.value, reader: self)
            if let row = rows.first(where: { $0.name == name }) {
                findings.found(child.path, at: pair.place)
                row.read(child, &subject, &findings)
            } else if rows.contains(where: { $0.name.hasPrefix(name + ".") }) {
                findings.found(child.path, at: pair.place)
                read(pair.value, as: rows, at: base, section: name, into: &subject, &findings)
            } else {
                let known = SettingsReader.names(of: rows, in: section)
                let expected = SettingsReader.expected(insteadOf: pair.key, among: known)
                findings.problem(child.path, at: pair.place, "unknown setting", expected: expected)
            }
        }
    }

    private func joined(_ path: String, _ name: String) -> String {
        if path.isEmpty || name.isEmpty { return path + name }
        return "\(path).\(name)"
    }

    /// The names that a section may contain, in the order of the table.
    private static func names<Subject>(of rows: [Setting<Subject>], in section: String) -> [String] {
        var names: [String] = []
        let prefix = section.isEmpty ? "" : section + "."
        for row in rows where row.name.hasPrefix(prefix) {
            let name = String(row.name.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private static func expected(insteadOf key: String, among names: [String]) -> String {
        if let close = Suggestion.closest(to: key, among: names) { return "\(close) (did you mean that?)" }
        let elsewhere = Table.descriptions.map(\.path).filter { $0.hasSuffix(".\(key)") }
        if !elsewhere.isEmpty { return "it at \(list(elsewhere))" }
        return "one of \(list(names))"
    }
}

// Value. One value of the file with its place, as a form reads it: its kind of YAML, or the problem with it.

import Yams

/// A value of the file and its place.
struct Entry {
    let path: String
    let node: Node
    let reader: SettingsReader

    /// The text of a scalar; anything else is a problem.
    func text(expected: String, _ findings: inout Findings) -> String? {
        guard case .scalar(let scalar) = node else {
            findings.problem(path, at: node.place, "is \(kind)", expected: expected)
            return nil
        }
        guard !isNull else {
            findings.problem(path, "has no value", expected: expected)
            return nil
        }
        return scalar.string
    }

    /// Whether the value is missing, or is YAML's word for nothing.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Whether the value is just this word.
    func isWord(_ word: String) -> Bool {
        if case .scalar(let scalar) = node { scalar.string == word } else { false }
    }

    /// The pairs of a mapping, without the duplicates, which are problems.
    ///
    /// A missing value counts as an empty mapping: a section whose settings are all commented out looks like that.
    func pairs(
        of expected: String,
        _ findings: inout Findings
    ) -> [(key: String, place: Place?, value: Node)]? {
        if isNull { return [] }
        guard case .mapping(let mapping) = node else {
            findings.problem(path, at: node.place, "is \(kind)", expected: expected)
            return nil
        }
        var pairs: [(key: String, place: Place?, value: Node)] = []
        var first: [String: Place?] = [:]
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                findings.problem(path, at: key.place, "has a key that is not a name", expected: expected)
                continue
            }
            let name = reader.document.name(of: scalar.string)
            if let earlier = first[name] {
                let hint = earlier.map { " (first in line \($0.line))" } ?? ""
                let full = path.isEmpty ? name : "\(path).\(name)"
                findings.problem(full, at: key.place, "is given twice\(hint)", expected: "it once")
            } else {
                first[name] = .some(key.place)
                pairs.append((name, key.place, value))
            }
        }
        return pairs
    }

    /// The items of a sequence with their own paths; anything else is a problem.
    func items(expected: String, _ findings: inout Findings) -> [Entry]? {
        guard case .sequence(let sequence) = node else {
            let what = isNull ? "has no value" : "is \(kind)"
            findings.problem(path, at: isNull ? nil : node.place, what, expected: expected)
            return nil
        }
        return sequence.enumerated().map { index, item in
            Entry(path: "\(path)[\(index)]", node: item, reader: reader)
        }
    }

    /// Where the value begins.
    var place: Place? { node.place }

    /// Whether the value is a list.
    var isList: Bool {
        if case .sequence = node { true } else { false }
    }

    /// Whether the value is a section.
    var isMapping: Bool {
        if case .mapping = node { true } else { false }
    }

    private var kind: String {
        switch node {
        case .scalar: "a single value"
        case .mapping: "a section"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

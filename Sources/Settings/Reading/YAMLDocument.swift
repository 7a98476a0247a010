// Value. Parses YAML text into Yams' tree of nodes. Yams stops at the first mapping with a duplicate key and does not
// say where the second one is. Here the first of the two gets a private letter in front, and the text is parsed again,
// so that the reader finds both and can report both lines. Anchors and aliases are refused before that: a few nested
// ones can stand for more nodes than fit in memory.

import Yams

/// A composed YAML document.
struct YAMLDocument {
    /// The most duplicate keys that are reported.
    private static let maximumDuplicates = 50
    /// Duplicate keys begin with a scalar from here on: the private use area, which no setting has.
    private static let firstPrivate: UInt32 = 0xE000

    let root: Node
    /// The names of the keys that got a private letter, in the order of the letters.
    let duplicates: [String]

    /// Composes the text; problems go into `findings`.
    static func compose(_ text: String, into findings: inout Findings) -> YAMLDocument? {
        // Editors on Windows begin UTF-8 files with a byte order mark.
        var scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        guard !refusesAliases(scalars, &findings) else { return nil }
        var duplicates: [String] = []
        while duplicates.count <= maximumDuplicates {
            do {
                guard let root = try Yams.compose(yaml: String(scalars)) else {
                    findings.problem("", "the file is empty", expected: "at least cache.directory and one origin")
                    return nil
                }
                return YAMLDocument(root: root, duplicates: duplicates)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard let name = names.first, let start = offset(of: Place(context.mark), in: scalars),
                    rename(name, at: start, in: &scalars, to: firstPrivate + UInt32(duplicates.count))
                else {
                    let shown = names.first.map(quoted) ?? "a key"
                    findings.problem("", at: Place(context.mark), "\(shown) is given twice", expected: "it once")
                    return nil
                }
                duplicates.append(name)
            } catch let error as YamlError {
                report(error, &findings)
                return nil
            } catch {
                findings.problem("", "the file is not YAML (\(error))", expected: "YAML")
                return nil
            }
        }
        findings.problem("", "the file has more than \(maximumDuplicates) duplicate keys", expected: "each key once")
        return nil
    }

    /// The key as it is in the file, without the private letter of a duplicate.
    func name(of key: String) -> String {
        guard let first = key.unicodeScalars.first, first.value >= YAMLDocument.firstPrivate else { return key }
        let index = Int(first.value - YAMLDocument.firstPrivate)
        return index < duplicates.count ? duplicates[index] : key
    }

    private static func rename(
        _ name: String,
        at start: Int,
        in scalars: inout [Unicode.Scalar],
        to letter: UInt32
    ) -> Bool {
        var place = start
        if scalars[place] == "\"" || scalars[place] == "'" { place += 1 }
        guard place < scalars.count, scalars[place] == name.unicodeScalars.first, let mark = Unicode.Scalar(letter)
        else { return false }
        scalars[place] = mark
        return true
    }

    private static func offset(of mark: Place, in scalars: [Unicode.Scalar]) -> Int? {
        var line = 1
        var index = 0
        while line < mark.line, index < scalars.count {
            // libyaml's line breaks: CR, LF, CRLF, NEL, LS, PS.
            let isBreak = "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalars[index])
            let isHalf = scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
            if isBreak, !isHalf { line += 1 }
            index += 1
        }
        let place = index + mark.column - 1
        return place < scalars.count ? place : nil
    }

    /// Refuses a name that appears both behind `&` and behind `*` at places where YAML would read an anchor and its
    /// alias.
    private static func refusesAliases(_ scalars: [Unicode.Scalar], _ findings: inout Findings) -> Bool {
        var anchors: Set<String> = []
        var line = 1
        var start = 0
        var previous: Unicode.Scalar = "\n"
        for (index, scalar) in scalars.enumerated() {
            defer { previous = scalar }
            if scalar == "\n" {
                line += 1
                start = index + 1
            }
            guard scalar == "&" || scalar == "*", " \t\r\n[{,:-?".unicodeScalars.contains(previous) else { continue }
            let name = scalars[(index + 1)...].prefix {
                $0.value > 0x20 && !",[]{}".unicodeScalars.contains($0)
            }
            guard !name.isEmpty else { continue }
            let text = String(name)
            if scalar == "&" {
                anchors.insert(text)
            } else if anchors.contains(text) || anchors.contains(String(text.dropLast())) {
                let place = Place(line: line, column: index - start + 1)
                findings.problem("", at: place, "aliases (*\(text)) are not supported", expected: "the value itself")
                return true
            }
        }
        return false
    }

    private static func report(_ error: YamlError, _ findings: inout Findings) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let around = context.map { " (\($0.text) that begins in line \($0.mark.line))" } ?? ""
            let hint =
                problem.contains("token") && problem.contains("cannot start")
                ? "spaces instead of tabs, and quotes around a text that begins with a special character"
                : "YAML: `name: value`, with sections indented by spaces"
            findings.problem("", at: Place(mark), "\(problem)\(around)", expected: hint)
        case .reader(let problem, _, _, _):
            findings.problem("", "\(problem)", expected: "UTF-8 text without control characters")
        default:
            findings.problem("", "the file is not YAML", expected: "YAML")
        }
    }
}

extension String {
    fileprivate init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}

// Value. The problems and warnings found so far in a file, and the place of each setting, so that a later check can get
// the line of a setting.

/// Collects problems and warnings.
struct Findings {
    let file: String
    private(set) var problems: [Problem] = []
    private(set) var warnings: [Problem] = []
    private var places: [String: Place] = [:]
    private var faulty: Set<String> = []

    /// The most problems that are kept: a file of the wrong kind would otherwise print thousands.
    static let maximum = 200

    init(file: String) {
        self.file = file
    }

    /// Notes the place of a setting.
    mutating func found(_ path: String, at place: Place?) {
        places[path] = place
    }

    /// Whether the file has the setting, valid or not.
    func has(_ path: String) -> Bool {
        places[path] != nil
    }

    /// Whether the file has the setting with a problem of its own: problems that follow from it are not reported.
    func isFaulty(_ path: String) -> Bool {
        faulty.contains(path)
    }

    mutating func problem(_ path: String, at place: Place? = nil, _ mistake: Mistake) {
        faulty.insert(path)
        guard problems.count < Findings.maximum else { return }
        problems.append(make(path, at: place, mistake))
    }

    mutating func problem(_ path: String, at place: Place? = nil, _ message: String, expected: String) {
        problem(path, at: place, Mistake(message: message, expected: expected))
    }

    mutating func warning(_ path: String, at place: Place? = nil, _ message: String, expected: String) {
        guard warnings.count < Findings.maximum else { return }
        warnings.append(make(path, at: place, Mistake(message: message, expected: expected)))
    }

    var sortedProblems: [Problem] { Findings.sorted(problems) }
    var sortedWarnings: [Problem] { Findings.sorted(warnings) }

    private func make(_ path: String, at place: Place?, _ mistake: Mistake) -> Problem {
        let nearest = place ?? nearestPlace(path)
        return Problem(
            file: file,
            line: nearest?.line,
            column: nearest?.column,
            path: path,
            message: mistake.message,
            expected: mistake.expected
        )
    }

    /// The place of the setting, or of the section that lacks it.
    private func nearestPlace(_ path: String) -> Place? {
        var name = path[...]
        while true {
            if let place = places[String(name)] { return place }
            guard let end = name.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
            name = name[..<end]
        }
    }

    private static func sorted(_ problems: [Problem]) -> [Problem] {
        // Array.sort is stable in practice but not by contract, hence the offset.
        let ranked = problems.enumerated().sorted { first, second in
            let one = (first.element.line ?? 0, first.element.column ?? 0, first.offset)
            return one < (second.element.line ?? 0, second.element.column ?? 0, second.offset)
        }
        return ranked.map(\.element)
    }
}

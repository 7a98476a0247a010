// Value. The Prometheus text format 0.0.4: the table of families with this moment's figures.

enum MetricsText {
    static func page(_ figures: Figures) -> String {
        var text = ""
        for family in MetricFamily.all {
            let samples = family.samples(figures)
            guard !samples.isEmpty else { continue }
            text += "# HELP \(family.name) \(escaped(family.help))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in samples { write(sample, of: family, to: &text) }
        }
        return text
    }

    private static func write(_ sample: MetricFamily.Sample, of family: MetricFamily, to text: inout String) {
        text += family.name + sample.suffix
        if !sample.labels.isEmpty {
            let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value).replacing("\"", with: "\\\""))\"" }
            text += "{\(labels.joined(separator: ","))}"
        }
        text += " \(number(sample.value))\n"
    }

    private static func number(_ value: Double) -> String {
        if let whole = Int(exactly: value) { return "\(whole)" }
        return value.isInfinite ? "+Inf" : "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}

extension String {
    fileprivate func replacing(_ character: Character, with text: String) -> String {
        reduce(into: "") { result, next in
            if next == character { result += text } else { result.append(next) }
        }
    }
}

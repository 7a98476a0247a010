// Value. Formats figures for people; used by the status page and by the commands.

/// Texts of figures for people.
package enum Readable {
    /// Bytes with a decimal unit: `3.4 MB`.
    package static func bytes(_ count: Int) -> String {
        var value = Double(count)
        guard value >= 1000 else { return "\(count) B" }
        for unit in ["kB", "MB", "GB", "TB"] {
            value /= 1000
            if value < 999.5 || unit == "TB" { return "\(fixed(value, value < 99.95 ? 1 : 0)) \(unit)" }
        }
        return "\(count) B"
    }

    /// A number with its thousands separated: `12 345`.
    package static func number(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert("\u{202F}", at: place)
            place -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// A share in percent; a dash for nil.
    package static func percent(_ share: Double?) -> String {
        guard let share else { return "–" }
        return "\(fixed(share * 100, 1)) %"
    }

    /// A time in its two largest units: `3 d 4 h`.
    package static func duration(_ seconds: Double) -> String {
        let whole = max(0, Int(seconds))
        let parts = [(whole / 86_400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")]
        let first = parts.firstIndex { $0.0 > 0 } ?? parts.count - 1
        return parts[first...].prefix(2).map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    /// The mean of latencies; a dash if there are none.
    package static func latency(sum: Double, count: Int) -> String {
        guard count > 0 else { return "–" }
        let mean = sum / Double(count)
        return mean < 1 ? "\(fixed(mean * 1000, 1)) ms" : "\(fixed(mean, 2)) s"
    }

    /// The mean of an origin's lag; a dash without measurements.
    package static func lag(count: Int, sum: Double) -> String {
        count == 0 ? "–" : "\(fixed(sum / Double(count), 1)) s"
    }

    /// A number with that many digits after the decimal point.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int((value.magnitude * scale).rounded())
        let whole = "\(value < 0 ? "-" : "")\(scaled / Int(scale))"
        guard digits > 0 else { return whole }
        let fraction = String(scaled % Int(scale))
        return "\(whole).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}

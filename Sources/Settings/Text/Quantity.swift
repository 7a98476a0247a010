// Value. A number with a unit, for sizes and durations: `1.5GB`, `30s`. Exact integer arithmetic; fractions of the base
// unit (a byte, a nanosecond) are cut off. A number without a unit is refused, because a guess may be wrong by a factor
// of a thousand; only `0` needs none.

/// One family of units, with the factors to its base unit.
struct Quantity: Sendable {
    let name: String
    let example: String
    /// Every unit that is read, in ascending order; the first of equal factors is the one that is written.
    let units: [(name: String, factor: Int64)]
    /// The spelling here, in lower case, of units that are often written otherwise.
    let hints: [String: String]

    static let size = Quantity(
        name: "size",
        example: "a size with its unit, such as 512MiB or 50GB",
        units: [
            ("B", 1), ("kB", 1000), ("KB", 1000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
            ("GB", 1_000_000_000), ("GiB", 1 << 30), ("TB", 1_000_000_000_000), ("TiB", 1 << 40),
        ],
        hints: [
            "k": "kB (1000) or KiB (1024)", "m": "MB (10^6) or MiB (2^20)", "g": "GB (10^9) or GiB (2^30)",
            "t": "TB (10^12) or TiB (2^40)", "b": "B", "bytes": "B",
        ]
    )

    static let duration = Quantity(
        name: "duration",
        example: "a duration with its unit, such as 250ms, 30s, 5m, 1h or 2d",
        units: [
            ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
            ("d", 86_400_000_000_000),
        ],
        hints: [
            "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m",
            "minutes": "m", "hour": "h", "hours": "h", "hr": "h", "day": "d", "days": "d", "msec": "ms",
            "w": "d (1 week is 7d)", "y": "d (1 year is 365d)",
        ]
    )

    func parse(_ text: String) throws(Mistake) -> Int64 {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
        let unit = String(text.dropFirst(number.count).drop { $0 == " " })
        guard let (whole, fraction) = Quantity.digits(number) else {
            throw Mistake(message: "\(quoted(text)) is not a \(name)", expected: example)
        }
        if unit.isEmpty {
            guard whole.allSatisfy({ $0 == "0" }), fraction.allSatisfy({ $0 == "0" }) else {
                throw Mistake(message: "\(quoted(text)) has no unit", expected: example)
            }
            return 0
        }
        guard let factor = units.first(where: { $0.name == unit })?.factor else { throw unknown(unit) }
        guard let value = Quantity.multiply(whole: whole, fraction: fraction, by: factor) else {
            throw Mistake(message: "\(quoted(text)) is too large", expected: example)
        }
        return value
    }

    /// The shortest exact text: the unit that divides the value with the smallest result.
    func text(_ value: Int64) -> String {
        guard value != 0 else { return "0" }
        let exact = units.filter { value % $0.factor == 0 }
        guard let best = exact.max(by: { $0.factor < $1.factor }) else { return "\(value)" }
        let first = units.first { $0.factor == best.factor }?.name ?? best.name
        return "\(value / best.factor)\(first)"
    }

    private func unknown(_ unit: String) -> Mistake {
        let known = units.map(\.name)
        if let hint = hints[unit.lowercased()] {
            return Mistake(message: "unknown unit \(quoted(unit))", expected: hint)
        }
        if let close = known.first(where: { $0.lowercased() == unit.lowercased() }) {
            return Mistake(message: "unknown unit \(quoted(unit))", expected: close)
        }
        return Mistake(message: "unknown unit \(quoted(unit))", expected: "one of \(list(known))")
    }

    private static func digits(_ number: Substring) -> (whole: String, fraction: String)? {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts.contains(where: \.isEmpty) else { return nil }
        let clean = parts.map { part in part.filter { $0 != "_" } }
        guard !clean.contains(where: \.isEmpty) else { return nil }
        return (clean[0], clean.count == 2 ? clean[1] : "")
    }

    private static func multiply(whole: String, fraction: String, by factor: Int64) -> Int64? {
        guard let wholeNumber = Int64(whole) else { return nil }
        let (product, overflow) = wholeNumber.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        var rest: Int64 = 0
        var place = factor
        // Digit by digit, so that 0.1 is exact; what falls below the base unit is cut off.
        for digit in fraction {
            let remainder = place % 10
            place /= 10
            let count = Int64(digit.wholeNumberValue ?? 0)
            rest += place * count + remainder * count / 10
        }
        let (sum, overflowed) = product.addingReportingOverflow(rest)
        return overflowed ? nil : sum
    }
}

extension Duration {
    /// Whole nanoseconds; only for durations from the configuration, which are below 292 years.
    var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}

/// Text as a message shows it: quoted, cut to a readable length, control characters made visible.
func quoted(_ text: String) -> String {
    var shown = "\""
    for scalar in text.unicodeScalars.prefix(80) {
        shown += scalar.value < 0x20 || scalar.value == 0x7F ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return shown + (text.unicodeScalars.count > 80 ? "…\"" : "\"")
}

/// Words as a message lists them: `a, b or c`.
func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}

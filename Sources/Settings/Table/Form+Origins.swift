// Value. The forms of settings that only origins have.

extension Form where Value == HedgeDelay {
    /// A span of time, `p95`, or never.
    static var hedgeDelay: Form {
        let span = Form<Duration>.duration(.milliseconds(1)...Duration.seconds(300))
        return Form(
            kind: "duration or choice",
            range: "never, p95, or \(span.range)",
            parse: { entry, findings in
                guard let text = entry.text(expected: "never, p95 or a duration", &findings) else { return nil }
                switch text {
                case "never": return .never
                case "p95": return .percentile95
                default: return span.parse(entry, &findings).map(HedgeDelay.after)
                }
            },
            text: { value in
                switch value {
                case .never: "never"
                case .percentile95: "p95"
                case .after(let delay): span.text(delay)
                }
            }
        )
    }
}

extension Form where Value == String {
    /// The path of a request, with or without a query.
    static var target: Form {
        let expected = "a path such as /alive.txt, percent-encoded"
        return scalar("path of a URL", range: "begins with /", expected: expected, text: \.self) {
            (text, _) throws(Mistake) in
            guard text.hasPrefix("/"), text.utf8.count <= 1024, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw Mistake(
                    message: "\(quoted(text)) is not the path of a URL",
                    expected: expected
                )
            }
            return text
        }
    }
}

// Value. One family of the Prometheus text: name, kind, sentence and where its samples come from.

struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    struct Sample: Sendable {
        var suffix = ""
        var labels: [(name: String, value: String)] = []
        let value: Double
    }

    let name: String
    let kind: Kind
    let help: String
    let samples: @Sendable (Figures) -> [Sample]

    init(_ kind: Kind, _ name: String, _ help: String, samples: @escaping @Sendable (Figures) -> [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A family of one sample.
    init(_ kind: Kind, _ name: String, _ help: String, _ value: @escaping @Sendable (Figures) -> Int) {
        self.init(kind, name, help, samples: { [Sample(value: Double(value($0)))] })
    }
}

// Value. One origin's settings, checked, with what lives as long as the list: counters and, for files, threads.

/// An origin as the engine uses it.
struct ConfiguredOrigin: Sendable {
    enum Kind: Sendable {
        case http(base: String, prefix: String)
        case file(FileOrigin)
    }

    let index: Int
    let settings: OriginSettings
    let kind: Kind
    let counters: OriginCounters

    init(index: Int, _ settings: OriginSettings) throws(OriginError) {
        guard let address = OriginAddress(settings.url) else {
            throw OriginError(
                kind: .badURL,
                operation: "read configuration",
                subject: settings.url,
                detail: "expected http://host[:port][/prefix], https://… or file:///directory"
            )
        }
        precondition(settings.maximumConnections >= 1, "an origin has at least one connection")
        self.index = index
        self.settings = settings
        counters = OriginCounters(url: settings.url)
        switch address {
        case .http(let base, let prefix): kind = .http(base: base, prefix: prefix)
        case .file(let root): kind = .file(try FileOrigin(root: root, counters: counters))
        }
    }
}

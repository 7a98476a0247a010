// Shared, never changed. One origin's settings, checked, with what lives as long as the list: counters and, for files, threads.

/// An origin as the engine uses it.
final class ConfiguredOrigin: Sendable {
    enum Kind: Sendable {
        case http(HTTPService)
        case file(FileOrigin)
    }

    let index: Int
    let settings: OriginSettings
    let kind: Kind
    let counters: OriginCounters

    init(index: Int, _ settings: OriginSettings) throws(OriginError) {
        precondition(settings.maximumConnections >= 1, "an origin has at least one connection")
        self.index = index
        self.settings = settings
        counters = OriginCounters(url: settings.url)
        if case .file(let root) = OriginAddress(settings.url) {
            kind = .file(try FileOrigin(root: root, counters: counters))
        } else if let service = HTTPService(settings) {
            kind = .http(service)
        } else {
            throw OriginError(
                kind: .badURL,
                operation: "read configuration",
                subject: settings.url,
                detail: "expected http://host[:port][/prefix], https://…, file:///directory or s3://bucket[/prefix]"
            )
        }
    }

    /// A request's target as this origin knows it; nil where it is none of its own.
    func target(of request: OriginRequest) -> String? {
        guard let prefix = settings.strippedPrefix else { return request.target }
        return prefix.strip(request.target)
    }
}

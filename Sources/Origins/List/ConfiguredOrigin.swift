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

    /// Checks an origin's settings.
    ///
    /// - Parameters:
    ///   - index: Its place among all origins.
    ///   - settings: The settings.
    ///   - clock: The wall clock, for the age of files.
    /// - Throws: `badURL` for a URL that cannot be used, `resources` when the system gives no descriptor or thread.
    init(
        index: Int,
        _ settings: OriginSettings,
        clock: @escaping @Sendable () -> FileTime
    ) throws(OriginError) {
        precondition(settings.maximumConnections >= 1, "an origin has at least one connection")
        self.index = index
        self.settings = settings
        counters = OriginCounters(settings)
        if case .file(let root) = OriginAddress(settings.url) {
            kind = .file(try FileOrigin(root: root, counters: counters, clock: clock))
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

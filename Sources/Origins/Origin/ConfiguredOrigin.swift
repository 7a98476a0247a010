// Shared, immutable. One origin's settings, and everything that lives as long as the list: its counters and, for files,
// its threads.

import HTTPMessage
import Runtime

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

    /// Makes an origin.
    ///
    /// - Parameters:
    ///   - index: Its place among all origins.
    ///   - settings: Its settings.
    ///   - clock: The time, for the age of files.
    /// - Throws: `badURL` for an `s3` URL without a store, `resources` if the system gives no descriptor or thread.
    init(
        index: Int,
        _ settings: OriginSettings,
        clock: Clock
    ) throws(OriginError) {
        precondition(settings.maximumConnections >= 1, "an origin has at least one connection")
        self.index = index
        self.settings = settings
        counters = OriginCounters(settings)
        switch settings.url.scheme {
        case .file:
            let root = Array(settings.url.path.utf8)
            kind = .file(try FileOrigin(root: root, counters: counters, clock: clock))
        case .http, .https, .s3:
            guard let service = HTTPService(settings) else {
                throw OriginError(
                    kind: .badURL,
                    operation: "read configuration",
                    subject: settings.url.text,
                    detail: "the settings of its object store are missing"
                )
            }
            kind = .http(service)
        }
    }

    var fileOrigin: FileOrigin? {
        if case .file(let origin) = kind { origin } else { nil }
    }

    /// A request's target as this origin spells it; nil if the origin cannot have such a target.
    func target(of request: OriginRequest) -> String? {
        guard let prefix = settings.strippedPrefix else { return request.target }
        return prefix.strip(request.target)
    }
}

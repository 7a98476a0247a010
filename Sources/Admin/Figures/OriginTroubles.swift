// Value. The reasons of /healthz that concern origins: which of them fail in a way that degrades larder, and why.

import Origins

/// The reasons of origins for larder to be degraded.
enum OriginTroubles {
    /// The reasons, in words.
    ///
    /// One for a list whose origins all fail: then only stored responses are served. Otherwise one for each failing
    /// origin that the others cannot replace: an authoritative one, since only that may say that a picture does not
    /// exist, and one whose name does not resolve, since a name does not come and go as a server does.
    ///
    /// - Parameters:
    ///   - origins: The figures of every origin.
    ///   - listNames: The names of the lists of origins, by their numbers.
    /// - Returns: A sentence for each; empty if there is no reason.
    static func reasons(_ origins: [OriginStatistics], listNames: [String]) -> [String] {
        listNames.enumerated().flatMap { list, name in
            let all = origins.filter { $0.list == list }
            let ofList = listNames.count > 1 ? " of \(name)" : ""
            guard all.allSatisfy(\.isFailing) else { return all.compactMap { reason($0, ofList) } }
            let each = all.map { "\($0.url): \(cause($0))" }.joined(separator: "; ")
            return ["every origin\(ofList) fails: only stored pictures are served (\(each))"]
        }
    }

    private static func reason(_ origin: OriginStatistics, _ ofList: String) -> String? {
        let isUnresolved = origin.failure?.isOfName == true
        guard isUnresolved || origin.isAuthoritative && origin.isFailing else { return nil }
        let rank = origin.isAuthoritative ? "authoritative origin" : "origin"
        let state = origin.isBackingOff ? "fails (circuit breaker open)" : "cannot be reached"
        return "\(rank) \(origin.url)\(ofList) \(state): \(cause(origin))"
    }

    /// The failure by its name in `errors` of /stats, with the library's message.
    private static func cause(_ origin: OriginStatistics) -> String {
        guard let failure = origin.failure else { return "it failed too often" }
        let words = failure.isOfName ? "its name does not resolve" : failure.kind.label
        return failure.detail.isEmpty ? words : "\(words) (\(failure.detail))"
    }
}

// Stateless. Explains a URL with the same route, key, selection and plan as a request's, by the same pure functions,
// from data that can be read without a trace. It counts, fills, loads and changes nothing.

import HTTPCaching
package import HTTPMessage
import Origins
import Runtime
import Store

extension Proxy {
    /// The stored responses of a URL, and what would happen to a GET for it now.
    ///
    /// Reads from the disk, on a thread for that.
    ///
    /// - Parameters:
    ///   - path: Path and query; begins with a slash.
    ///   - host: The host of the request, with or without a port.
    ///   - fields: Its other fields.
    /// - Returns: Nil if path or host cannot be normalized.
    /// - Throws: If the store is being closed.
    package func explain(path: String, host: String, fields: Fields) async throws -> Explanation? {
        guard let (route, key, target) = settings.routes.key(path: path, host: host) else { return nil }
        let explaining = Explaining(
            core: core,
            settings: settings,
            route: route,
            key: key,
            ownTarget: target,
            fields: fields
        )
        return try await core.store.disk.run { explaining.explanation }
    }
}

/// One URL and request under explanation.
private struct Explaining {
    let core: ProxyCore
    let settings: ProxySettings
    let route: Route
    let key: [UInt8]
    /// The path and query in the request's own spelling.
    let ownTarget: String
    let fields: Fields

    var explanation: Explanation {
        let now = core.clock.now
        let request = RequestFacts(method: .get, fields: fields)
        let forwarded = settings.fillFields(fields, from: "-", minorVersion: 1)
        let variantKey = { (names: [String]) in route.variantKey(names, forwarded, target: ownTarget) }
        let found = core.store.inspect(key: key)
        let selection = Selection(
            from: found.map(\.candidate),
            in: core.store,
            at: now,
            foldsCase: route.foldsCase,
            variantKey: variantKey
        )
        let selected = found.first { response in
            response.candidate.entry == selection.selected?.entry
                && Selection.selects(response.response, in: core.store, variantKey)
        }
        let stored = selected.map { Stored($0.response).applying(route.rules.setCookie) }
        let coverage = stored.map { $0.coverage(of: request, fields) } ?? .all
        let plan = Planner.plan(
            request,
            stored: stored?.facts,
            anyVariantStored: selection.hasShared,
            coverage: coverage,
            now: now,
            rules: route.rules
        )
        return Explanation(
            now: now,
            key: String(decoding: key, as: UTF8.self),
            target: target(stored, found, selection),
            route: route.index,
            stored: found.sorted { $0.response.facts.bornAt > $1.response.facts.bornAt }
                .map { variant($0, isSelected: $0.candidate.entry == selected?.candidate.entry, at: now) },
            origins: origins(plan, stored),
            fills: fills,
            plan: plan,
            isFilling: core.fills.isFilling(FillTable.tableKey(key, selection.varyNames, variantKey)),
            hasFallback: coverage == .all
                && stored.map {
                    Planner.mayServeStaleOnError(request, stored: $0.facts, now: now, rules: route.rules)
                } ?? false,
            isLoop: LoopID.isNamed(settings.loopID, in: fields),
            cacheStatus: status(plan, stored, at: now).value
        )
    }

    /// The target that an origin would get: of a stored success, the spelling that fetched it.
    private func target(_ stored: Stored?, _ found: [InspectedResponse], _ selection: Selection) -> String {
        let sibling = found.first { $0.candidate.entry == selection.sibling?.entry }
        guard route.foldsCase, let kept = stored ?? sibling.map({ Stored($0.response) }), Spelling.isShared(kept.status)
        else { return ownTarget }
        return kept.target.isEmpty ? CacheKey.target(of: key) : String(decoding: kept.target, as: UTF8.self)
    }

    private func variant(_ found: InspectedResponse, isSelected: Bool, at now: WallTime) -> Explanation.Variant {
        let entry = found.candidate.entry
        let stored = Stored(found.response).applying(route.rules.setCookie)
        let facts = stored.facts
        return Explanation.Variant(
            selecting: Self.selecting(found.response.variant),
            isSelected: isSelected,
            status: stored.status,
            bytes: stored.bodyLength,
            age: facts.age(at: now),
            timeToLive: facts.timeToLive(at: now),
            staleWhileRevalidate: Int(facts.staleWhileRevalidate),
            staleIfError: Int(facts.staleIfError),
            flags: facts.flags,
            fields: stored.fields,
            part: stored.part,
            volume: Int(entry.volume),
            offset: Int64(entry.offset),
            isInMemory: found.isInMemory,
            isVerified: !entry.isUnverified,
            origin: core.origins.index(of: facts.origin, in: route.list).map { core.origins.url(of: $0) }
        )
    }

    /// The fields in a variant's text.
    ///
    /// After a line with all names there is a line for each field: "name" if it was absent, else "name=value".
    private static func selecting(_ text: [UInt8]) -> [(name: String, value: String?)] {
        String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
        }
    }

    private func origins(_ plan: Plan, _ stored: Stored?) -> [Explanation.Origin] {
        let preferred: Int? =
            switch plan {
            case .validate, .serveStaleAndValidate:
                stored.flatMap { core.origins.index(of: $0.facts.origin, in: route.list) }
            case .serve, .complete, .fill, .pass, .refuse: nil
            }
        let figures = core.origins.statistics()
        return core.origins.order(of: route.list, preferred: preferred).map { index in
            Explanation.Origin(
                url: figures[index].url,
                isBackingOff: figures[index].isBackingOff,
                isPreferred: index == preferred
            )
        }
    }

    private var fills: [Explanation.Fill] {
        core.history.records(of: key.withRawSpan { core.store.hash($0) }).map { record in
            Explanation.Fill(record: record, asked: record.tried.map { (core.origins.url(of: $0.origin), $0.outcome) })
        }
    }

    private func status(_ plan: Plan, _ stored: Stored?, at now: WallTime) -> CacheStatus {
        let left = stored?.facts.timeToLive(at: now)
        var status =
            switch plan {
            case .serve(let stale): CacheStatus(outcome: .hit, timeToLive: left, detail: stale?.rawValue)
            case .serveStaleAndValidate(let stale):
                CacheStatus(outcome: .hit, timeToLive: left, detail: stale.rawValue)
            case .validate(let reason), .complete(let reason), .fill(let reason), .pass(let reason):
                CacheStatus(outcome: .forward(reason))
            case .refuse(_, let reason): CacheStatus(outcome: .none, detail: reason.rawValue)
            }
        status.key = settings.showsKey ? String(decoding: key, as: UTF8.self) : nil
        return status
    }
}

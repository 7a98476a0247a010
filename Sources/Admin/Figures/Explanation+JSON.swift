// Value. The JSON of /explain. Names are stable: they are added, never changed.

import Coding
import HTTPCaching
import HTTPMessage
import Origins
import Proxy
import Settings

extension Explanation {
    func json(url: String, _ configuration: Configuration) -> JSON {
        let route = ListedRoute(route, of: configuration)
        return [
            "url": .string(url), "key": .string(key), "target": .string(target),
            "route": [
                "name": .string(route.name), "host": .string(route.host), "path": .string(route.path),
                "has_own_origins": .bool(route.hasOwnOrigins), "key_has_host": .bool(route.keyHasHost),
                "settings": .object(route.settings.map { .init($0.name, .string($0.value)) }),
            ],
            "now": [
                "action": .string(action), "reason": reason.map { .string($0) } ?? .null, "summary": .string(summary),
                "cache_status": .string(cacheStatus), "asks_origins": .bool(asksOrigins),
                "is_filling": .bool(isFilling), "has_fallback": .bool(hasFallback),
            ],
            "stored": .array(stored.map(\.json)), "origins": .array(origins.map(\.json)),
            "fills": .array(fills.map { $0.json(at: now) }),
        ]
    }

    /// The plan, in one word.
    private var action: String {
        if isLoop, asksOrigins { return "refuse" }
        return switch plan {
        case .serve(stale: nil): "serve"
        case .serve: "serve-stale"
        case .serveStaleAndValidate: "serve-stale-and-validate"
        case .validate: "validate"
        case .complete: "complete"
        case .fill: "fill"
        case .pass: "pass"
        case .refuse: "refuse"
        }
    }

    private var reason: String? {
        if isLoop, asksOrigins { return "loop" }
        return switch plan {
        case .serve(let stale): stale?.rawValue
        case .serveStaleAndValidate(let stale): stale.rawValue
        case .validate(let reason), .complete(let reason), .fill(let reason), .pass(let reason): reason.rawValue
        case .refuse(_, let reason): reason.rawValue
        }
    }

    private var asksOrigins: Bool {
        switch plan {
        case .serve, .refuse: false
        case .serveStaleAndValidate, .validate, .complete, .fill, .pass: true
        }
    }

    /// The same for people.
    private var summary: String {
        if isLoop, asksOrigins { return "refused with 508: the request has passed through this larder before" }
        let place = selected?.isInMemory == true ? "memory" : "disk"
        let left = selected?.timeToLive ?? 0
        switch plan {
        case .serve(stale: nil): return "served from \(place), fresh for \(Readable.duration(Double(left)))"
        case .serve(let stale?): return "served from \(place), stale for \(Self.time(-left)) (\(stale.rawValue))"
        case .serveStaleAndValidate(let stale):
            return
                "served from \(place), stale for \(Self.time(-left)) (\(stale.rawValue)), and validated in the background"
        case .validate(let reason):
            return "the origins are asked whether the stored response is still good: \(words(reason))" + more
        case .complete(let reason):
            return "the rest is fetched from the origins: \(words(reason))" + more
        case .fill(let reason): return "fetched from the origins, and stored if allowed: \(words(reason))" + more
        case .pass(let reason): return "fetched from the origins for this client only: \(words(reason))" + more
        case .refuse(let status, let reason):
            return "refused with \(status): nothing stored can be used (\(reason.rawValue))"
        }
    }

    private var more: String {
        (isFilling ? "; a fill is in progress, which the request follows" : "")
            + (hasFallback ? "; if no origin can answer, what is stored is served" : "")
    }

    /// The reason for people.
    ///
    /// RFC 9211 has one word for stale responses and for those that must be validated at each use.
    private func words(_ reason: ForwardReason) -> String {
        guard reason == .stale, let selected, selected.timeToLive > 0 else { return reason.words }
        return "the stored response must be validated each time (\(reason.rawValue))"
    }

    private static func time(_ seconds: Int64) -> String { Readable.duration(Double(seconds)) }
}

extension ForwardReason {
    /// The reason for people, with the word of Cache-Status.
    fileprivate var words: String {
        let text =
            switch self {
            case .bypass: "larder does not handle it"
            case .method: "its method"
            case .uriMiss: "nothing is stored for it"
            case .varyMiss: "only other variants are stored"
            case .miss: "nothing stored can be used"
            case .request: "the request asks for it"
            case .stale: "the stored response is stale"
            case .partial: "only a part is stored"
            }
        return "\(text) (\(rawValue))"
    }
}

extension Explanation.Variant {
    fileprivate var json: JSON {
        [
            "is_selected": .bool(isSelected),
            "selecting": .object(selecting.map { .init($0.name, $0.value.map { .string($0) } ?? .null) }),
            "status": .integer(status), "bytes": .integer(Int(bytes)), "age_seconds": .integer(Int(age)),
            "ttl_seconds": .integer(Int(timeToLive)), "is_fresh": .bool(timeToLive > 0),
            "has_assumed_lifetime": .bool(flags.contains(.fromHeuristic)),
            "set_cookie_stripped": .bool(flags.contains(.setCookieStripped)),
            "stale_while_revalidate_seconds": .integer(staleWhileRevalidate),
            "stale_if_error_seconds": .integer(staleIfError),
            "must_revalidate": .bool(flags.contains(.mustRevalidate)), "no_cache": .bool(flags.contains(.noCache)),
            "etag": text("ETag"), "last_modified": text("Last-Modified"), "content_type": text("Content-Type"),
            "part": part.map {
                .string(ContentRange(range: $0.range, completeLength: $0.completeLength).value)
            } ?? .null,
            "tier": .string(isInMemory ? "memory" : "disk"), "volume": .integer(volume),
            "offset": .integer(Int(offset)),
            "is_verified": .bool(isVerified), "origin": origin.map { .string($0) } ?? .null,
        ]
    }

    private func text(_ name: String) -> JSON { fields.first(name).map { .string($0) } ?? .null }
}

extension Explanation.Origin {
    fileprivate var json: JSON {
        ["url": .string(url), "backing_off": .bool(isBackingOff), "is_preferred": .bool(isPreferred)]
    }
}

extension Explanation.Fill {
    fileprivate func json(at now: WallTime) -> JSON {
        let (outcome, detail): (String, String?) =
            switch record.outcome {
            case .stored: ("stored", nil)
            case .freshened: ("freshened", nil)
            case .notStored(let reason): ("not-stored", label(reason))
            case .failed(let kind): ("failed", kind.label)
            }
        return [
            "ended_seconds_ago": .integer(Int(max(0, now - record.endedAt))),
            "is_validation": .bool(record.isValidation), "outcome": .string(outcome),
            "detail": detail.map { .string($0) } ?? .null, "status": record.status.map { .integer($0) } ?? .null,
            "asked": .array(
                asked.map { url, outcome in
                    var members: [JSON.Member] = [.init("origin", .string(url))]
                    switch outcome {
                    case .answered(let status):
                        members += [.init("result", "answered"), .init("status", .integer(status))]
                    case .failed(let kind): members += [.init("result", "failed"), .init("error", .string(kind.label))]
                    case .skipped: members.append(.init("result", "skipped"))
                    case .overtaken: members.append(.init("result", "overtaken"))
                    }
                    return .object(members)
                }
            ),
        ]
    }
}

// Value. A shared cache by the letter of RFC 9111: what it must not store, how old and how fresh what it stored is, and
// when it must not reuse it.
//
// Where the RFC gives a choice the model has bounds: a cache may be stricter. The configuration is larder's documented
// default: heuristic tenth, at least a minute and at most a day; an hour where nothing is said; ten seconds for errors;
// a year at most.

/// A model of a shared cache.
package struct CacheModel: Sendable {
    /// Seconds that the operator lets a stale response answer while every origin fails.
    package var staleIfError = 7 * 86_400

    /// Makes a model.
    package init() {}

    // MARK: Storing (§3)

    /// Why a response must not be stored, or nil where it may.
    package func prohibition(_ request: ModelRequest, _ response: ModelResponse) -> String? {
        let control = ModelDirectives(ofResponse: response.fields)
        let isUnderstood = Self.defined.contains(response.status)
        if request.method != "GET" { return "the method" }
        if !(200...599).contains(response.status) || response.status == 304 { return "the status" }
        if response.status == 206, !isPart(response) { return "a part that is not understood" }
        if control.has("must-understand") {
            if !isUnderstood { return "must-understand" }
        } else if control.has("no-store") {
            return "no-store"
        }
        if control.isUnqualified("private") { return "private" }
        if ModelDirectives(request.fields).has("no-store") { return "no-store of the request" }
        let isForAll = control.has("public") || control.has("must-revalidate") || control.has("s-maxage")
        if request.fields.has("Authorization"), !isForAll { return "Authorization" }
        let isExplicit = explicitLifetime(response) != nil
        if !isExplicit, !control.has("public"), !Self.heuristic.contains(response.status) { return "no freshness" }
        return nil
    }

    /// Status codes that RFC 9110 defines.
    private static let defined: Set<Int> = Set(
        [200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 307, 308, 421, 422, 426]
            + Array(400...417) + Array(500...505) + [428, 429, 431, 451, 511]
    )
    /// Codes with a heuristic lifetime (RFC 9110 §15.1).
    private static let heuristic: Set<Int> = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]

    private func isPart(_ response: ModelResponse) -> Bool {
        let values = response.fields.values("Content-Range")
        guard values.count == 1, values[0].lowercased().hasPrefix("bytes ") else { return false }
        let parts = values[0].dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let complete = Int(parts[1]) else { return false }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1] else { return false }
        return first <= last && last < complete
    }

    // MARK: Freshness and age (§4.2)

    /// The lifetime that the origin gives; nil where it gives none.
    func explicitLifetime(_ response: ModelResponse) -> Int? {
        let control = ModelDirectives(ofResponse: response.fields)
        if let seconds = control.seconds("s-maxage") ?? control.seconds("max-age") { return seconds }
        guard !control.isTargeted, response.fields.has("Expires") else { return nil }
        guard let expires = date("Expires", response) else { return 0 }
        return max(0, expires - (date("Date", response) ?? response.responseTime))
    }

    /// The longest that a response may be fresh for, in seconds.
    package func lifetime(_ response: ModelResponse) -> Int {
        min(explicitLifetime(response) ?? heuristicLifetime(response), 365 * 86_400)
    }

    private func heuristicLifetime(_ response: ModelResponse) -> Int {
        var seconds = 3600
        if let modified = date("Last-Modified", response) {
            let elapsed = max(0, (date("Date", response) ?? response.responseTime) - modified)
            seconds = min(max(elapsed / 10, 60), 86_400)
        }
        return response.status >= 400 ? min(seconds, 10) : seconds
    }

    /// The age at a time, in seconds (§4.2.3).
    package func age(_ response: ModelResponse, now: Int) -> Int {
        let apparent = max(0, response.responseTime - (date("Date", response) ?? response.responseTime))
        let given = response.fields.values("Age").first.flatMap { ModelText.members($0).first }
        let value = given.flatMap(ModelText.deltaSeconds) ?? 0
        let corrected = value + (response.responseTime - response.requestTime)
        return max(apparent, corrected) + (now - response.responseTime)
    }

    /// Whether a response is fresh at a time.
    package func isFresh(_ response: ModelResponse, now: Int) -> Bool {
        lifetime(response) > age(response, now: now)
    }

    /// The value of a date field: nil where it is absent, no date, or there are several that differ.
    private func date(_ name: String, _ response: ModelResponse) -> Int? {
        let values = response.fields.values(name)
        guard let first = values.first, Set(values).count == 1 else { return nil }
        return ModelDate.parse(first, now: response.responseTime)
    }

    // MARK: Reuse (§4, §5.2.1)

    /// Why a stored response must not answer a request without an origin being asked, or nil where it may.
    package func objection(_ request: ModelRequest, to stored: ModelResponse, now: Int) -> String? {
        let wanted = ModelDirectives(request.fields)
        let control = ModelDirectives(ofResponse: stored.fields)
        let isPragma =
            !request.fields.has("Cache-Control")
            && ModelDirectives(request.fields, field: "Pragma").has("no-cache")
        if wanted.has("no-cache") || isPragma { return "no-cache of the request" }
        if control.isUnqualified("no-cache") { return "no-cache" }
        let age = age(stored, now: now)
        let isFresh = lifetime(stored) > age
        // The strictest of several counts: a request that says two things means both.
        let limits = wanted.all.filter { $0.name == "max-age" }.map { $0.argument.flatMap(ModelText.deltaSeconds) ?? 0 }
        if isFresh {
            if let limit = limits.min(), age > limit { return "max-age of the request" }
            let rests = wanted.all.filter { $0.name == "min-fresh" }.compactMap {
                $0.argument.flatMap(ModelText.deltaSeconds)
            }
            if let rest = rests.max(), lifetime(stored) - age < rest { return "min-fresh of the request" }
            return nil
        }
        if forbidsStale(control) { return "stale, and must be validated" }
        if let limit = limits.min(), age > limit { return "stale, and max-age of the request" }
        if wanted.has("min-fresh"), !wanted.has("max-stale") { return "stale, and min-fresh of the request" }
        let staleness = age - lifetime(stored)
        if let allowed = maximumStaleness(wanted), staleness <= allowed { return nil }
        if staleness <= control.seconds("stale-while-revalidate") ?? 0, limits.isEmpty, !wanted.has("min-fresh") {
            return nil
        }
        return "stale"
    }

    /// Why a stored response must not answer while every origin fails, or nil where it may (§4.2.4, RFC 5861 §4).
    package func objectionOnError(_ request: ModelRequest, to stored: ModelResponse, now: Int) -> String? {
        let control = ModelDirectives(ofResponse: stored.fields)
        let wanted = ModelDirectives(request.fields)
        if control.isUnqualified("no-cache") { return "no-cache" }
        if lifetime(stored) > age(stored, now: now) { return nil }
        if forbidsStale(control) { return "stale, and must be validated" }
        let window = max(control.seconds("stale-if-error") ?? staleIfError, wanted.seconds("stale-if-error") ?? 0)
        return age(stored, now: now) - lifetime(stored) <= window ? nil : "too stale"
    }

    /// must-revalidate, proxy-revalidate, and s-maxage (§5.2.2.10) unless the same response gives a window of RFC 5861,
    /// which larder documents.
    private func forbidsStale(_ control: ModelDirectives) -> Bool {
        let hasWindow = control.has("stale-while-revalidate") || control.has("stale-if-error")
        return control.has("must-revalidate") || control.has("proxy-revalidate")
            || (control.has("s-maxage") && !hasWindow)
    }

    private func maximumStaleness(_ wanted: ModelDirectives) -> Int? {
        let given = wanted.all.filter { $0.name == "max-stale" }
        guard !given.isEmpty else { return nil }
        return given.map { $0.argument.map { ModelText.deltaSeconds($0) ?? 0 } ?? Int.max }.min()
    }

    // MARK: Variants (§4.1)

    /// Whether a stored response may answer a request by its Vary: the selecting fields are the same.
    package func isSelected(_ request: ModelRequest, by original: ModelRequest, _ stored: ModelResponse) -> Bool {
        let names = stored.fields.values("Vary").flatMap(ModelText.members)
        return names.allSatisfy { name in
            guard name != "*", ModelText.isToken(name) else { return false }
            return selecting(name, request) == selecting(name, original)
        }
    }

    private func selecting(_ name: String, _ request: ModelRequest) -> [String]? {
        guard let value = request.fields.joined(name) else { return nil }
        let members = ModelText.members(value)
        // The order and case of languages mean nothing.
        return name.lowercased() == "accept-language" ? Set(members.map { $0.lowercased() }).sorted() : members
    }
}

// Value. The rules against an independent model of RFC 9111, over random fields.

import HTTPCaching
import HTTPMessage
import TestSupport
import Testing

@Suite("RFC 9111: the rules agree with a model of it")
struct ModelWalkTests {
    private let model = CacheModel()
    private let now = 1_800_000_000

    /// Combinations tried; LARDER_WALK_STEPS asks for others.
    private static let steps = Environment.number("LARDER_WALK_STEPS") ?? 20_000

    @Test(
        "never stored, never fresh for longer, never reused where the model forbids it; and not much less than it allows"
    )
    func walk() {
        let seed = SeededGenerator().seed
        var generator = HeaderGenerator(seed: seed)
        var stored = 0
        var served = 0
        for step in 0..<Self.steps {
            let (status, fields) = generator.response(name: "n", now: now)
            let asking = generator.request(names: ["n"], now: now)
            let delay = generator.number(0..<4)
            let request = ModelRequest(fields: ModelFields(asking))
            let response = ModelResponse(
                status: status,
                fields: ModelFields(fields),
                requestTime: now - delay,
                responseTime: now
            )
            let decision = decide(asking, status, fields, delay: delay)
            let trace = "seed \(seed), step \(step): \(asking) \(status) \(fields): \(decision)"
            guard compare(decision, request, response, trace), case .storable(let facts) = decision else { continue }
            stored += 1
            let later = now + [0, 5, 29, 31, 59, 61, 119, 5000][generator.number(0..<8)]
            let next = generator.request(names: ["n"], now: later)
            if compareReuse(facts, response, next, at: later, trace) { served += 1 }
        }
        print("\(Self.steps) combinations, \(stored) stored, \(served) served; seed \(seed)")
        #expect(stored > Self.steps / 20 && served > Self.steps / 100, "the walk gets somewhere")
    }

    private let rules = CachingRules(
        defaultTTL: 3600,
        heuristicFraction: 0.1,
        heuristicMaximum: 86_400,
        grace: 0,
        staleIfError: 7 * 86_400,
        negativeTTL: 10,
        maximumTTL: 365 * 86_400,
        setCookie: .keep
    )

    private func decide(
        _ request: [(String, String)],
        _ status: Int,
        _ fields: [(String, String)],
        delay: Int
    ) -> Storability {
        Storability.decide(
            method: .get,
            request: Fields(request),
            status: status,
            response: Fields(fields),
            requestTime: WallTime(secondsSinceEpoch: Int64(now - delay)),
            responseTime: WallTime(secondsSinceEpoch: Int64(now)),
            rules: rules
        )
    }

    /// Compares a decision about storing; false where there is nothing more to compare.
    private func compare(
        _ decision: Storability,
        _ request: ModelRequest,
        _ response: ModelResponse,
        _ trace: String
    ) -> Bool {
        let prohibition = model.prohibition(request, response)
        let lifetime = model.lifetime(response)
        let age = model.age(response, now: now)
        switch decision {
        case .storable(let facts):
            #expect(prohibition == nil, "\(trace)")
            #expect(facts.freshUntil - facts.bornAt <= Int64(lifetime), "lifetime \(lifetime); \(trace)")
            #expect(WallTime(secondsSinceEpoch: Int64(now)) - facts.bornAt == Int64(age), "age \(age); \(trace)")
        case .refused(let refusal):
            // What is refused beyond the RFC has a reason of its own.
            let reasons: Set<Storability.Refusal> = [.setCookie, .noFreshness, .varyAny, .partialContent]
            let isKept = prohibition == nil && !reasons.contains(refusal)
            #expect(!isKept, "refused without need: \(trace)")
            let isUseful = prohibition == nil && lifetime > age && refusal == .noFreshness
            let isRepeated = response.fields.values("Cache-Control").joined(separator: ",").lowercased().contains("age")
            #expect(!isUseful || isRepeated || hasNoCache(response), "fresh, and not stored: \(trace)")
        }
        return prohibition == nil
    }

    private func hasNoCache(_ response: ModelResponse) -> Bool {
        ModelDirectives(ofResponse: response.fields).isUnqualified("no-cache")
    }

    /// Compares what is done with a request; true where it is served.
    private func compareReuse(
        _ facts: StoredFacts,
        _ response: ModelResponse,
        _ fields: [(String, String)],
        at time: Int,
        _ trace: String
    ) -> Bool {
        let request = ModelRequest(fields: ModelFields(fields))
        let clock = WallTime(secondsSinceEpoch: Int64(time))
        let facing = RequestFacts(method: .get, fields: Fields(fields))
        let plan = Planner.plan(facing, stored: facts, anyVariantStored: true, now: clock, rules: rules)
        let objection = model.objection(request, to: response, now: time)
        let trace = "\(trace); then at +\(time - now) \(fields): \(plan), model: \(objection ?? "may be served")"
        let isOnError = Planner.mayServeStaleOnError(facing, stored: facts, now: clock, rules: rules)
        if isOnError { #expect(model.objectionOnError(request, to: response, now: time) == nil, "on error: \(trace)") }
        switch plan {
        case .serve, .serveStaleAndValidate:
            #expect(objection == nil, "\(trace)")
            return true
        case .refuse:
            #expect(ModelDirectives(request.fields).has("only-if-cached"), "\(trace)")
        case .validate, .fill, .pass, .complete:
            #expect(!ModelDirectives(request.fields).has("only-if-cached"), "\(trace)")
            // Of a lifetime that is given twice larder takes the shorter one.
            let isShorter = facts.freshUntil - facts.bornAt < Int64(model.lifetime(response))
            let isFresh = facts.isFresh(at: clock) && !facts.flags.contains(.noCache)
            #expect(objection != nil || !isFresh || isShorter, "fresh, and not served: \(trace)")
        }
        return false
    }
}

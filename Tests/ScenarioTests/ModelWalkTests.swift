// Scenarios: a whole larder against an independent model of RFC 9111, over random exchanges on a few URIs.

import Glibc
import Origins
import Proxy
import Settings
import Store
import Synchronization
import TestSupport
import Testing

/// What an origin has answered: the body tells which answer it is.
private struct Answer: Sendable {
    let path: String
    let request: ModelRequest
    var response: ModelResponse
    let body: [UInt8]
    /// The 304 that changed the fields came in this exchange, or later.
    var version = 0
}

/// The origin's side of the walk: makes answers, and remembers them. Shared: the origin's threads and the walk.
private final class AnsweringOrigin: Sendable {
    private struct State {
        var generator: HeaderGenerator
        var answers: [Answer] = []
        /// Requests that came, by the exchange under way.
        var asked: [(path: String, isConditional: Bool)] = []
        /// Answers to unsafe methods: what was stored before does not count.
        var invalidated: [String: Int] = [:]
    }

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(generator: HeaderGenerator(seed: seed))) }

    var answers: [Answer] { state.withLock { $0.answers } }
    var count: Int { state.withLock { $0.answers.count } }
    func takeAsked() -> [(path: String, isConditional: Bool)] {
        state.withLock { state in
            defer { state.asked = [] }
            return state.asked
        }
    }
    func invalidatedBefore(_ path: String) -> Int { state.withLock { $0.invalidated[path] ?? 0 } }

    func answer(_ request: ScriptedOrigin.Request, now: Int) -> [ScriptedOrigin.Step] {
        state.withLock { state in
            let isConditional = request.field("If-None-Match") != nil || request.field("If-Modified-Since") != nil
            state.asked.append((request.path, isConditional))
            guard request.method == "GET" else { return [unsafeAnswer(request, &state)] }
            if let step = notModified(request, &state, now) { return [step] }
            let number = state.answers.count
            let (status, fields) = state.generator.response(name: "n\(number)", now: now)
            let body = Array("answer \(number).".utf8)
            let response = ModelResponse(
                status: status,
                fields: ModelFields(fields),
                requestTime: now,
                responseTime: now
            )
            let asking = ModelRequest(method: request.method, fields: ModelFields(request.fields))
            state.answers.append(Answer(path: request.path, request: asking, response: response, body: body))
            return [.respond(status: status, fields: fields, body: status == 204 ? [] : body)]
        }
    }

    private func unsafeAnswer(_ request: ScriptedOrigin.Request, _ state: inout State) -> ScriptedOrigin.Step {
        let isSuccess = !state.generator.once(in: 3)
        if isSuccess { state.invalidated[request.path] = state.answers.count }
        return .text("done", status: isSuccess ? 200 : 500)
    }

    /// A 304 for an answer whose entity tag is asked about, now and then, with other fields.
    private func notModified(
        _ request: ScriptedOrigin.Request,
        _ state: inout State,
        _ now: Int
    ) -> ScriptedOrigin.Step? {
        guard let tag = request.field("If-None-Match"), !state.generator.once(in: 3),
            let index = state.answers.lastIndex(where: { $0.path == request.path }),
            state.answers[index].response.fields.values("ETag") == [tag], tag.hasPrefix("\"n")
        else { return nil }
        let control = [
            ("Cache-Control", state.generator.pick(["max-age=60", "max-age=0", "no-cache", "max-age=60, private"]))
        ]
        let fields = control + [("ETag", tag), ("Date", ModelDate.text(now))]
        var merged = state.answers[index].response.fields
        merged.lines.removeAll { line in ["cache-control", "etag", "date", "age"].contains(line.name.lowercased()) }
        merged.lines += fields.map { ($0.0, $0.1) }
        state.answers[index].response.fields = merged
        state.answers[index].response.requestTime = now
        state.answers[index].response.responseTime = now
        state.answers[index].version += 1
        return .respond(status: 304, fields: fields)
    }
}

@Suite("RFC 9111: a larder agrees with a model of it")
struct ModelWalkScenarios {
    private let model = CacheModel()
    private static let steps = Environment.number("LARDER_WALK_STEPS") ?? 3000

    @Test("nothing is answered from the store that the model forbids; what is answered is whole and as old as it says")
    func walk() async throws {
        let seed = SeededGenerator().seed
        let world = AnsweringOrigin(seed: seed)
        let origin = try ScriptedOrigin()
        origin.respond { world.answer($0, now: Self.now) }
        try await withLarder(origin) { larder in
            var generator = HeaderGenerator(seed: seed &+ 1)
            var hits = 0
            for step in 0..<Self.steps {
                // URIs come and go, so that none is spoiled for good by one long-lived answer.
                let path = "/\(step / 60)/\(generator.number(0..<4))"
                let names = world.answers.suffix(8).indices.map { "n\($0)" }
                let fields = generator.request(names: names, now: Self.now)
                let method = generator.once(in: 30) ? "POST" : generator.once(in: 25) ? "HEAD" : "GET"
                let before = world.count
                _ = world.takeAsked()
                let response = try await larder.request(method, path, fields, body: method == "POST" ? [1] : nil)
                guard method == "GET" else { continue }
                let exchange = Exchange(
                    path: path,
                    fields: fields,
                    response: response,
                    before: before,
                    step: step,
                    seed: seed
                )
                if check(exchange, world) { hits += 1 }
            }
            print("\(Self.steps) exchanges, \(hits) from the store, \(world.count) answers of the origin; seed \(seed)")
            #expect(hits > Self.steps / 20, "the walk gets somewhere")
        }
    }

    private static var now: Int { time(nil) }

    private struct Exchange {
        let path: String
        let fields: [(String, String)]
        let response: RawResponse
        /// Answers that the origin had made before.
        let before: Int
        let step: Int
        let seed: UInt64
    }

    /// Checks one exchange; true where it was answered from the store.
    private func check(_ exchange: Exchange, _ world: AnsweringOrigin) -> Bool {
        let response = exchange.response
        let request = ModelRequest(fields: ModelFields(exchange.fields))
        let asked = world.takeAsked().filter { $0.path == exchange.path }
        let trace =
            "seed \(exchange.seed), step \(exchange.step), \(exchange.path) \(exchange.fields): \(response.status) "
            + "\(response.fields) \"\(response.text)\", asked \(asked)"
        #expect(response.isComplete && response["Connection"] != "X-C" && response["X-C"] == nil, "\(trace)")
        if ModelDirectives(request.fields).has("only-if-cached") { #expect(asked.isEmpty, "\(trace)") }
        let isOwn = response["Proxy-Status"] != nil
        if isOwn { return false }
        guard let number = number(in: response, exchange, world) else {
            #expect(response.status == 304 || response.status == 204, "\(trace)")
            return false
        }
        let answer = world.answers[number]
        let whole = answer.body
        let isPart = response.status == 206 && answer.response.status != 206
        #expect(isPart ? contains(whole, response.body) : whole == response.body, "\(trace)")
        #expect(answer.path == exchange.path, "\(trace)")
        guard number < exchange.before else { return false }
        let trace2 = "\(trace); answer \(number): \(answer.request.fields.lines) \(answer.response.fields.lines)"
        checkReuse(answer, number, request, exchange, asked, world, trace2)
        return asked.isEmpty
    }

    private func checkReuse(
        _ answer: Answer,
        _ number: Int,
        _ request: ModelRequest,
        _ exchange: Exchange,
        _ asked: [(path: String, isConditional: Bool)],
        _ world: AnsweringOrigin,
        _ trace: String
    ) {
        let now = Self.now
        #expect(model.prohibition(answer.request, answer.response) == nil || answer.version > 0, "stored: \(trace)")
        #expect(model.isSelected(request, by: answer.request, answer.response), "another variant: \(trace)")
        #expect(number >= world.invalidatedBefore(exchange.path), "invalidated: \(trace)")
        // A second may pass between the look-up and the check.
        let age = exchange.response["Age"].flatMap { Int($0) } ?? 0
        #expect(age >= model.age(answer.response, now: now) - 2, "age: \(trace)")
        let objections = [now - 2, now].map { model.objection(request, to: answer.response, now: $0) }
        if asked.isEmpty {
            #expect(objections.contains(nil), "\(objections[0] ?? ""): \(trace)")
        } else if !asked.contains(where: \.isConditional) {
            // The origin gave an error, and the stored response stood in for it.
            #expect(model.objectionOnError(request, to: answer.response, now: now - 2) == nil, "on error: \(trace)")
        }
    }

    /// Which answer of the origin a response is.
    private func number(in response: RawResponse, _ exchange: Exchange, _ world: AnsweringOrigin) -> Int? {
        let text = response.text
        if text.hasPrefix("answer "), text.hasSuffix(".") { return Int(text.dropFirst(7).dropLast()) }
        let tag = response["ETag"]?.split(separator: "\"").last
        return tag.flatMap { $0.hasPrefix("n") ? Int($0.dropFirst()) : nil }.flatMap { number in
            response.status == 206 && number < world.count ? number : nil
        }
    }

    private func contains(_ whole: [UInt8], _ part: [UInt8]) -> Bool {
        part.isEmpty || whole.indices.contains { whole[$0...].starts(with: part) }
    }
}

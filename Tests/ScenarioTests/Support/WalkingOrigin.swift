// Shared. The origin's side of the model walk: makes answers, and remembers them. The origin's threads answer, the walk
// asks.

import Runtime
import Synchronization
import TestSupport

final class WalkingOrigin: Sendable {
    /// What the origin has answered.
    struct Answer: Sendable {
        let path: String
        let request: ModelRequest
        var response: ModelResponse
        let body: [UInt8]
        /// How many 304s have changed its fields.
        var version = 0

        /// The word in its entity tag, if it has one.
        let name: String
    }

    /// A request that came.
    struct Asked: Sendable {
        let path: String
        let isConditional: Bool
    }

    private struct State {
        var generator: HeaderGenerator
        var answers: [Answer] = []
        var asked: [Asked] = []
        /// Answers of before an unsafe method succeeded: they do not count any more.
        var invalidated: [String: Int] = [:]
    }

    /// What stands before an answer's number in its Content-Location.
    static let location = "/answers/"

    private let state: Lock<State>

    init(seed: UInt64) { state = Lock(State(generator: HeaderGenerator(seed: seed))) }

    var answers: [Answer] { state.withLock { $0.answers } }
    func takeAsked() -> [Asked] {
        state.withLock { state in
            defer { state.asked = [] }
            return state.asked
        }
    }
    func invalidatedBefore(_ path: String) -> Int { state.withLock { $0.invalidated[path] ?? 0 } }

    func answer(_ request: ScriptedOrigin.Request, now: Int) -> [ScriptedOrigin.Step] {
        state.withLock { state in
            let isConditional = request.field("If-None-Match") != nil || request.field("If-Modified-Since") != nil
            state.asked.append(Asked(path: request.path, isConditional: isConditional))
            switch request.method {
            case "GET": return [notModified(request, &state, now) ?? newAnswer(request, &state, now)]
            case "HEAD": return [.respond(status: state.generator.once(in: 2) ? 200 : 404)]
            default: return [unsafeAnswer(request, &state)]
            }
        }
    }

    private func newAnswer(_ request: ScriptedOrigin.Request, _ state: inout State, _ now: Int) -> ScriptedOrigin.Step {
        let number = state.answers.count
        let name = "n\(number)"
        let generated = state.generator.response(name: name, now: now)
        let fields = generated.fields + [("Content-Location", Self.location + "\(number)")]
        let body = generated.status == 204 ? [] : Array("answer \(number).".utf8)
        let response = ModelResponse(
            status: generated.status,
            fields: ModelFields(fields),
            requestTime: now,
            responseTime: now
        )
        let asking = ModelRequest(method: request.method, fields: ModelFields(request.fields))
        state.answers.append(
            Answer(path: request.path, request: asking, response: response, body: body, name: name)
        )
        return .respond(status: generated.status, fields: fields, body: body)
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
        let control = state.generator.pick(["max-age=60", "max-age=0", "no-cache", "max-age=60, private"])
        let fields = [("Cache-Control", control), ("ETag", tag), ("Date", ModelDate.text(now))]
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

// Shared. An origin whose files are told apart by letter case, as on Linux: what is no file is a 404.

import Runtime
import Synchronization
import TestSupport

final class CaseSensitiveServer: Sendable {
    /// What is at one path and query.
    struct Answer: Sendable {
        var status = 200
        var body = "x"
        var fields = [("Cache-Control", "max-age=6000")]
        /// Waits before it answers.
        var gate: Gate?
    }

    let origin: ScriptedOrigin
    private let answers: Lock<[String: Answer]>

    init(_ answers: [String: Answer] = [:]) throws {
        origin = try ScriptedOrigin()
        self.answers = Lock(answers)
        origin.respond { [weak self] request in self?.steps(for: request) ?? [.close] }
    }

    /// Puts something at a target, or takes it away.
    subscript(target: String) -> Answer? {
        get { answers.withLock { $0[target] } }
        set { answers.withLock { $0[target] = newValue } }
    }

    /// What was asked for, method and target.
    var asked: [String] { origin.requests.map { "\($0.method) \($0.target)" } }

    private func steps(for request: ScriptedOrigin.Request) -> [ScriptedOrigin.Step] {
        let answer = self[request.target] ?? Answer(status: 404, body: "none")
        let hold = answer.gate.map { [ScriptedOrigin.Step.hold($0)] } ?? []
        let tag = answer.fields.first { $0.0 == "ETag" }?.1
        if let tag, request.field("If-None-Match") == tag {
            return hold + [.respond(status: 304, fields: answer.fields)]
        }
        return hold + [.text(request.method == "HEAD" ? "" : answer.body, status: answer.status, fields: answer.fields)]
    }
}

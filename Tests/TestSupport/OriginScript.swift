// Shared. What a scripted origin is to answer and what it was asked. Shared by the test, which writes scripts and reads
// requests, and the connections' threads. One lock, held for look-ups only, never while a step runs.

import Runtime
import Synchronization

final class OriginScript: Sendable {
    typealias Step = ScriptedOrigin.Step
    typealias Request = ScriptedOrigin.Request

    /// How a request is to be answered.
    enum Answer {
        case steps([Step])
        case handler(@Sendable (Request) -> [Step])
    }

    private struct PathScript {
        var scripts: [[Step]]
        var next = 0

        mutating func take() -> [Step] {
            guard !scripts.isEmpty else { return [] }
            defer { next = min(next + 1, scripts.count - 1) }
            return scripts[next]
        }
    }

    private struct State {
        var paths: [String: PathScript] = [:]
        var handler: (@Sendable (Request) -> [Step])?
        var requests: [Request] = []
        var connections = 0
    }

    private let state = Lock(State())
    private let sent = Atomic(0)

    var requests: [Request] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connections } }
    var bytesSent: Int { sent.load(ordering: .relaxed) }

    func requestCount(_ path: String?) -> Int {
        state.withLock { state in
            guard let path else { return state.requests.count }
            return state.requests.count { $0.path == path }
        }
    }

    func set(_ path: String, _ scripts: [[Step]]) {
        state.withLock { $0.paths[path] = PathScript(scripts: scripts) }
    }

    func set(_ handler: @escaping @Sendable (Request) -> [Step]) {
        state.withLock { $0.handler = handler }
    }

    /// Counts a new connection.
    /// - Returns: Its number, from 1.
    func addConnection() -> Int {
        state.withLock { state in
            state.connections += 1
            return state.connections
        }
    }

    func addSent(_ count: Int) { sent.add(count, ordering: .relaxed) }

    /// Takes the answer for the next request of a path.
    func takeAnswer(_ path: String) -> Answer {
        state.withLock { state in
            if let steps = state.paths[path]?.take() { return .steps(steps) }
            if let handler = state.handler { return .handler(handler) }
            return .steps([.text("no\n", status: 404)])
        }
    }

    /// Keeps a request.
    /// - Returns: Where it is kept, for `update`.
    func record(_ request: Request) -> Int {
        state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
    }

    func update(_ request: Request, at index: Int) {
        state.withLock { $0.requests[index] = request }
    }
}

// Shared. An HTTP origin for tests that does exactly as told, also what no real server would do. A real TCP server on
// 127.0.0.1: one thread accepts, each connection has its own. The test owns it; deinit stops it. What it answers is
// scripted per path; what it was asked is kept for the test to look at.

import Glibc
import Runtime
import Synchronization

/// A real HTTP server on a free loopback port whose every answer is scripted.
package final class ScriptedOrigin: Sendable {
    /// The port it listens on, the same after a restart.
    package let port: Int
    private let script = OriginScript()
    private let listener: Lock<OriginListener?>
    /// Bound and never listening: keeps the port from other tests' servers while this origin is stopped.
    private let reservation: Int32

    /// Starts an origin that answers 404 to everything until told otherwise.
    package init() throws {
        reservation = try Socket.bound(port: 0)
        port = Socket.port(of: reservation)
        let first = try OriginListener(port: port, script: script)
        listener = Lock(first)
    }

    deinit {
        stop()
        close(reservation)
    }

    /// The origin's base URL, without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// Sets what each request for a path gets, whatever its query; the last call for a path wins.
    package func on(_ path: String, _ steps: Step...) { script.set(path, [steps]) }

    /// Sets what the first, second, … request for a path gets; the last script repeats.
    package func on(_ path: String, times scripts: [[Step]]) { script.set(path, scripts) }

    /// Sets what every request gets whose path has no script of its own.
    package func respond(_ handler: @escaping @Sendable (Request) -> [Step]) { script.set(handler) }

    /// The requests so far, in the order they arrived.
    package var requests: [Request] { script.requests }

    /// How many requests arrived, for one path (whatever the query) or for all.
    package func requestCount(_ path: String? = nil) -> Int { script.requestCount(path) }

    /// How many connections were accepted.
    package var connectionCount: Int { script.connectionCount }

    /// How many bytes of responses the kernel took; tells whether the reader holds the origin back.
    package var bytesSent: Int { script.bytesSent }

    /// Waits until the given number of requests has arrived; throws when the time is up.
    package func waitForRequests(_ count: Int, path: String? = nil, within time: Duration = .seconds(60)) async throws {
        do {
            try await eventually(within: time) { requestCount(path) >= count }
        } catch let error as TestError where error.kind == .timeout {
            let place = path.map { " for \($0)" } ?? ""
            throw TestError(.timeout, "\(requestCount(path)) of \(count) requests\(place) arrived within \(time)")
        }
    }

    /// Ends all connections; new ones are refused until the restart.
    package func stop() {
        let current = listener.withLock { current in
            defer { current = nil }
            return current
        }
        current?.stop()
    }

    /// Listens again on the same port.
    package func restart() throws {
        stop()
        let next = try OriginListener(port: port, script: script)
        listener.withLock { $0 = next }
    }
}

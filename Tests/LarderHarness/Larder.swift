// Shared. A whole larder in the test's process, started as the executable starts it, on free ports and a directory of
// its own. Made by `withLarder`, which also ends it.

package import Admin
import LarderKit
import Logging
import NIOCore
package import Origins
package import Proxy
package import Runtime
package import Settings
package import Store
import Synchronization
package import TestSupport

package final class Larder: Sendable {
    private struct Running: Sendable {
        let parts: Composition
        let port: Int
        let adminPort: Int
        let adminTask: Task<Void, Never>?
    }

    package let directory: TemporaryDirectory
    private let setup: Setup
    private let hasAdmin: Bool
    private let running = Lock<Running?>(nil)

    /// - Parameter hasAdmin: Whether the admin interface listens too.
    fileprivate init(_ setup: Setup, directory: TemporaryDirectory, hasAdmin: Bool) {
        var setup = setup
        setup.configuration.cache.directory = "\(directory.path)/cache"
        self.setup = setup
        self.directory = directory
        self.hasAdmin = hasAdmin
    }

    private var current: Running {
        guard let current = running.withLock({ $0 }) else { preconditionFailure("the larder has been stopped") }
        return current
    }

    package var configuration: Configuration { setup.configuration }
    /// The port of the first address that is a TCP one.
    package var port: Int { current.port }
    package var adminPort: Int { current.adminPort }
    package var store: Store { current.parts.store }
    package var origins: Origins { current.parts.origins }
    package var proxy: Proxy { current.parts.proxy }
    package var admin: AdminServer { current.parts.admin }
    package var accessLog: AccessLog? { current.parts.accessLog }

    fileprivate func start() async throws {
        let setup = setup
        var logger = Logger(label: "larder.test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let silent = logger
        let parts = try await onThread {
            try Composition(
                setup.configuration,
                file: "larder.yaml",
                logger: silent,
                lostMessages: { 0 },
                looksAtOrigins: setup.looksAtOrigins,
                clock: setup.clock
            )
        }
        let port = try await parts.listen().compactMap(\.port).first ?? 0
        var (task, adminPort): (Task<Void, Never>?, Int) = (nil, 0)
        if hasAdmin { (task, adminPort) = await Self.run(parts.admin) }
        let current = Running(parts: parts, port: port, adminPort: adminPort, adminTask: task)
        running.withLock { $0 = current }
    }

    private static func run(_ admin: AdminServer) async -> (Task<Void, Never>, port: Int) {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let task = Task {
            try? await admin.run { address in continuation.yield(address?.port ?? 0) }
            continuation.finish()
        }
        var found = ports.makeAsyncIterator()
        return (task, await found.next() ?? 0)
    }

    package func stop() async {
        let last = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let last else { return }
        last.adminTask?.cancel()
        await last.adminTask?.value
        await last.parts.proxy.drain(within: .milliseconds(200))
        try? await onThread { last.parts.close() }
    }

    /// Stops and starts again on the same directory, on another port.
    package func restart() async throws {
        await stop()
        try await start()
    }

    // MARK: What tests do

    /// A GET on a connection of its own.
    package func get(_ target: String, _ fields: [(String, String)] = []) async throws -> RawResponse {
        try await RawClient.fetch(target, port: port, fields: fields)
    }

    /// A request on a connection of its own.
    package func request(
        _ method: String,
        _ target: String,
        _ fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> RawResponse {
        try await RawClient.fetch(target, port: port, method: method, fields: fields, body: body)
    }

    /// A GET whose answer is in the store, written and indexed, when this returns.
    @discardableResult
    package func fill(_ target: String, _ fields: [(String, String)] = []) async throws -> RawResponse {
        let response = try await get(target, fields)
        await settle()
        return response
    }

    /// Talks over one connection, on a thread of its own.
    package func client<Value: Sendable>(
        receiveBuffer: Int? = nil,
        timeout: Duration = .seconds(60),
        _ talk: @escaping @Sendable (RawClient) throws -> Value
    ) async throws -> Value {
        let port = port
        return try await onThread {
            try talk(RawClient(port: port, timeout: timeout, receiveBuffer: receiveBuffer))
        }
    }

    package func counter(_ counter: Counter) -> Int {
        current.parts.proxy.statistics.counters.first { $0.counter == counter }?.value ?? 0
    }

    /// Waits until a counter has reached a value.
    package func reaches(_ counter: Counter, _ value: Int) async throws {
        try await eventually("\(counter.name) = \(value), is \(self.counter(counter))") {
            self.counter(counter) >= value
        }
    }

    /// Waits until no fill is in progress and everything stored is written and indexed.
    package func settle() async {
        try? await eventually { current.parts.proxy.statistics.fillsInProgress == 0 }
        let store = current.parts.store
        await withCheckedContinuation { continuation in store.whenSettled { continuation.resume() } }
    }

    /// Purges, and waits for the sweep.
    package func purge(_ rule: PurgeRule) async -> PurgeReport {
        let store = current.parts.store
        return await withCheckedContinuation { continuation in
            store.purge([rule]) { continuation.resume(returning: $1) }
        }
    }

    package func purge(_ path: String) async -> PurgeReport { await purge(.key(Array(path.utf8))) }
}

/// Runs a larder before an origin.
package func withLarder(
    _ origin: ScriptedOrigin,
    directory: TemporaryDirectory? = nil,
    _ body: (Larder) async throws -> Void
) async throws {
    try await withLarder(Setup(origin), directory: directory, body)
}

/// Runs a larder before an origin, by a clock that the test sets.
package func withLarder(
    _ origin: ScriptedOrigin,
    _ clock: ManualClock,
    _ body: (Larder) async throws -> Void
) async throws {
    try await withLarder(Setup(origin) { $0.clock = Clock(clock) }, body)
}

/// Runs a larder, and ends it however the test ends.
package func withLarder(
    _ setup: Setup,
    directory: TemporaryDirectory? = nil,
    hasAdmin: Bool = false,
    _ body: (Larder) async throws -> Void
) async throws {
    let larder = Larder(setup, directory: try directory ?? TemporaryDirectory(), hasAdmin: hasAdmin)
    await Slots.shared.take()
    do {
        try await larder.start()
        try await body(larder)
    } catch {
        await larder.stop()
        await Slots.shared.giveBack()
        throw error
    }
    await larder.stop()
    await Slots.shared.giveBack()
}

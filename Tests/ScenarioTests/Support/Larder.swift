// Shared. A whole larder in the test's process: store, origins, picture port, on free ports and a directory of its own.
// Made by `withLarder`, which also ends it.

import HTTPMessage
import Logging
import Origins
import Proxy
import Runtime
import Settings
import Store
import Synchronization
import TestSupport

final class Larder: Sendable {
    private struct Running: Sendable {
        let port: Int
        let store: Store
        let origins: Origins
        let proxy: Proxy
        let accessLog: AccessLog?
    }

    let directory: TemporaryDirectory
    private let setup: Setup
    private let running = Lock<Running?>(nil)

    fileprivate init(_ setup: Setup, directory: TemporaryDirectory) {
        self.setup = setup
        self.directory = directory
    }

    private var current: Running {
        guard let current = running.withLock({ $0 }) else { preconditionFailure("the larder has been stopped") }
        return current
    }

    var port: Int { current.port }
    var store: Store { current.store }
    var origins: Origins { current.origins }
    var proxy: Proxy { current.proxy }
    var accessLog: AccessLog? { current.accessLog }

    fileprivate func start() async throws {
        let setup = setup
        let path = directory.path
        var logger = Logger(label: "larder.test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let silent = logger
        let settings = ProxySettings(try setup.proxyConfiguration())
        let (store, origins, log, proxy) = try await onThread {
            let store = try Store(
                StoreConfiguration(
                    directory: "\(path)/cache",
                    maximumSize: setup.maximumSize,
                    memory: setup.memory,
                    diskThreads: 2
                ),
                logger: silent
            )
            let origins = try Origins(lists: try setup.originLists(), logger: silent, now: setup.originClock)
            let log = setup.configuration.accessLog.map { AccessLog($0, logger: silent) }
            let proxy = Proxy(
                settings,
                store: store,
                origins: origins,
                accessLog: log,
                threads: 2,
                logger: silent
            )
            return (store, origins, log, proxy)
        }
        let address = try await proxy.listen(on: .tcp(host: "127.0.0.1", port: 0))
        if let socket = setup.unixSocket { try await proxy.listen(on: .unix(path: socket)) }
        let port = address.port ?? 0
        running.withLock {
            $0 = Running(port: port, store: store, origins: origins, proxy: proxy, accessLog: log)
        }
    }

    func stop() async {
        let last = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let last else { return }
        await last.proxy.drain(within: .milliseconds(200))
        try? await onThread {
            last.origins.shutDown()
            last.accessLog?.shutDown()
            last.store.close()
            last.proxy.shutDown()
        }
    }

    /// Stops and starts again on the same directory, on another port.
    func restart() async throws {
        await stop()
        try await start()
    }

    // MARK: What tests ask

    /// A GET on a connection of its own.
    func get(_ target: String, _ fields: [(String, String)] = []) async throws -> RawResponse {
        try await RawClient.fetch(target, port: port, fields: fields)
    }

    /// A request on a connection of its own.
    func request(
        _ method: String,
        _ target: String,
        _ fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> RawResponse {
        try await RawClient.fetch(target, port: port, method: method, fields: fields, body: body)
    }

    /// A GET whose answer is in the store, written and indexed, when this returns.
    @discardableResult
    func fill(_ target: String, _ fields: [(String, String)] = []) async throws -> RawResponse {
        let response = try await get(target, fields)
        await settle()
        return response
    }

    /// Talks over one connection, on a thread of its own.
    func client<Value: Sendable>(
        receiveBuffer: Int? = nil,
        timeout: Duration = .seconds(60),
        _ talk: @escaping @Sendable (RawClient) throws -> Value
    ) async throws -> Value {
        let port = port
        return try await onThread {
            try talk(RawClient(port: port, timeout: timeout, receiveBuffer: receiveBuffer))
        }
    }

    func counter(_ counter: Counter) -> Int {
        current.proxy.statistics.counters.first { $0.counter == counter }?.value ?? 0
    }

    /// Waits until a counter has reached a value.
    func reaches(_ counter: Counter, _ value: Int) async throws {
        try await eventually("\(counter.name) = \(value), is \(self.counter(counter))") {
            self.counter(counter) >= value
        }
    }

    /// Waits until no fill is in progress and everything stored is written and indexed.
    func settle() async {
        try? await eventually { current.proxy.statistics.fillsInProgress == 0 }
        let store = current.store
        await withCheckedContinuation { continuation in store.whenSettled { continuation.resume() } }
    }

    /// Purges, and waits for the sweep.
    func purge(_ rule: PurgeRule) async -> PurgeReport {
        let store = current.store
        return await withCheckedContinuation { continuation in
            store.purge([rule]) { continuation.resume(returning: $1) }
        }
    }

    func purge(_ path: String) async -> PurgeReport { await purge(.key(Array(path.utf8))) }
}

/// Runs a larder before an origin.
func withLarder(
    _ origin: ScriptedOrigin,
    directory: TemporaryDirectory? = nil,
    _ body: (Larder) async throws -> Void
) async throws {
    try await withLarder(Setup(origin) { _ in }, directory: directory, body)
}

/// Runs a larder, and ends it however the test ends.
func withLarder(
    _ setup: Setup,
    directory: TemporaryDirectory? = nil,
    _ body: (Larder) async throws -> Void
) async throws {
    let larder = Larder(setup, directory: try directory ?? TemporaryDirectory())
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

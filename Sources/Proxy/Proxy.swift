// Shared. The picture port: listeners, loops, and the parts that serve a request. Request/RequestHandler.swift
// describes the life of a request, Fills/Fill.swift that of a fill.

import Glibc
import HTTPMessage
package import Logging
import NIOCore
package import Origins
package import Runtime
package import Settings
package import Store
import Synchronization

/// The picture port.
package final class Proxy: Sendable {
    private struct State {
        var settings: ProxySettings
        var isListening = false
    }

    let core: ProxyCore
    let loops: [BoundLoop]
    private let counters: [Counters]
    private let state: Lock<State>
    private let logger: Logger

    /// Makes the port's parts and starts its loops; binds nothing yet.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - store: The store for responses.
    ///   - origins: The origins of responses.
    ///   - accessLog: The access log, if there is one.
    ///   - threads: The number of loops, each with a thread; at least one.
    ///   - logger: For reports of trouble.
    package init(
        _ settings: ProxySettings,
        store: Store,
        origins: Origins,
        accessLog: AccessLog?,
        threads: Int,
        clock: Clock = .system,
        logger: Logger
    ) {
        core = ProxyCore(store: store, origins: origins, accessLog: accessLog, clock: clock)
        counters = (0..<max(1, threads)).map { _ in Counters() }
        let core = core
        loops = counters.enumerated().map { number, counters in
            let loop = Loop()
            let state = LoopState(loop: loop, proxy: core, counters: counters, settings: settings)
            loop.start(number: number)
            return BoundLoop(loop: loop, bound: LoopBound(state, on: loop))
        }
        self.logger = logger
        state = Lock(State(settings: settings))
    }

    /// Begins to accept connections at an address.
    ///
    /// Returns when every loop accepts them.
    /// - Parameter address: The address; port 0 for any free one.
    /// - Returns: The address bound, with its port.
    /// - Throws: What `bind` throws: in use, not permitted, not available.
    @discardableResult
    package func listen(on address: ListenAddress) async throws -> ListenAddress {
        let (sockets, bound) = try ListeningSocket.make(address, count: loops.count)
        for (loop, socket) in zip(loops, sockets) {
            let isTaken = await loop.loop.submit { loop.value.listen(on: socket) }
            guard isTaken == true else { throw IOError(errnoCode: ENOMEM, reason: "epoll_ctl") }
        }
        state.withLock { $0.isListening = true }
        return bound
    }

    /// Replaces the settings on every loop; requests in progress keep the old ones.
    /// - Parameter settings: The new settings.
    package func reload(_ settings: ProxySettings) {
        state.withLock { $0.settings = settings }
        onEveryLoop { $0.settings = settings }
    }

    /// The settings in force.
    package var settings: ProxySettings { state.withLock { $0.settings } }

    /// The cache key of a path and query under a host.
    /// - Parameters:
    ///   - path: Path and query; begins with "/".
    ///   - host: The host, which selects the route and is part of the key if the route says so.
    /// - Returns: The key; nil if the path cannot be normalized.
    package func key(path: String, host: String) -> [UInt8]? {
        settings.routes.key(path: path, host: host)?.key
    }

    private func onEveryLoop(_ body: @escaping @Sendable (LoopState) -> Void) {
        for bound in loops { bound.loop.execute { body(bound.value) } }
    }

    /// Accepts no more connections, finishes the requests in progress, and closes the remaining connections after a
    /// time.
    /// - Parameter limit: How long to wait for clients.
    package func drain(within limit: Duration) async {
        state.withLock { $0.isListening = false }
        for bound in loops { await bound.loop.submit { bound.value.stopListening() } }
        // The sockets are closed at the end of that round, so all are closed when the loops respond again.
        await respond()
        onEveryLoop { $0.drain() }
        let deadline = Instant.now + limit
        while core.connections.load(ordering: .relaxed) > 0, Instant.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
        let left = core.connections.load(ordering: .relaxed)
        if left > 0 {
            logger.warning("Clients were cut off at the end of the drain", metadata: ["connections": "\(left)"])
            onEveryLoop { $0.closeAll() }
        }
        for bound in loops { await bound.loop.submit { bound.value.log?.flush() } }
    }

    /// Ends the loops and all remaining connections.
    ///
    /// Blocks until their threads have ended; nothing is served afterwards.
    package func shutDown() {
        onEveryLoop { $0.closeAll() }
        for bound in loops { bound.loop.stop() }
    }

    /// Returns when every loop has responded; a loop that hangs does not.
    package func respond() async {
        for bound in loops { await bound.loop.submit {} }
    }

    /// The time as the port sees it.
    package var clock: Clock { core.clock }

    /// True while connections are accepted.
    package var isListening: Bool { state.withLock { $0.isListening } }

    /// How often too many tasks waited for a loop.
    package var timesLoopsFull: Int { loops.reduce(0) { $0 + $1.loop.timesMailFull } }

    /// The present figures.
    package var statistics: ProxyStatistics {
        ProxyStatistics(
            counters: Counter.allCases.map { counter in
                (counter, counters.reduce(0) { $0 + $1.value(counter) })
            },
            openConnections: core.connections.load(ordering: .relaxed),
            fillsInProgress: core.fills.count,
            heldBytes: core.held.now,
            heldUpBytes: core.heldUp.now,
            lostLogLines: core.accessLog?.lostLines ?? 0
        )
    }
}

/// A loop and what is confined to it.
struct BoundLoop: Sendable {
    let loop: Loop
    fileprivate let bound: LoopBound<LoopState>
    /// The loop's state; only on the loop.
    fileprivate var value: LoopState { bound.value }
}

/// The figures of the picture port since its start, and of the moment.
package struct ProxyStatistics: Sendable {
    /// Every counter with its value, in the table's order.
    package let counters: [(counter: Counter, value: Int)]
    /// Connections open now.
    package let openConnections: Int
    /// Fills in progress now.
    package let fillsInProgress: Int
    /// Bytes of bodies that fills hold in memory now.
    package let heldBytes: Int
    /// Bytes of bodies, held or still to come, that fills accept for slow clients so that these occupy no connection of
    /// an origin.
    package let heldUpBytes: Int
    /// Lines of the access log that were lost.
    package let lostLogLines: Int
}

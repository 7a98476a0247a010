// Shared. The picture port: listeners, loops, and the parts that a request meets. A request's life is told in
// Request/RequestHandler.swift, a fill's in Fills/Fill.swift.

import HTTPMessage
public import Logging
public import NIOCore
public import NIOPosix
public import Origins
public import Settings
public import Store
import Synchronization

/// The picture port.
public final class Proxy: Sendable {
    private struct State {
        var settings: ProxySettings
        var listeners: [any Channel] = []
        var isDraining = false
    }

    let core: ProxyCore
    private let group: MultiThreadedEventLoopGroup
    private let loops: [ObjectIdentifier: BoundLoop]
    private let counters: [Counters]
    private let state: Mutex<State>
    private let logger: Logger

    /// Makes the port's parts; binds nothing yet.
    ///
    /// Waits for every loop once.
    ///
    /// - Parameters:
    ///   - settings: What the configuration says.
    ///   - store: Where responses are kept.
    ///   - origins: Where they come from.
    ///   - accessLog: Where requests are told, if anywhere.
    ///   - group: The loops that serve, a thread each.
    ///   - logger: Where trouble is told.
    /// - Throws: What a loop throws that is shutting down.
    public init(
        _ settings: ProxySettings,
        store: Store,
        origins: Origins,
        accessLog: AccessLog?,
        group: MultiThreadedEventLoopGroup,
        logger: Logger
    ) throws {
        let core = ProxyCore(store: store, origins: origins, accessLog: accessLog)
        var loops: [ObjectIdentifier: BoundLoop] = [:]
        var counters: [Counters] = []
        for loop in group.makeIterator() {
            let own = Counters()
            counters.append(own)
            let bound = try loop.submit {
                NIOLoopBound(LoopState(loop: loop, proxy: core, counters: own, settings: settings), eventLoop: loop)
            }.wait()
            loops[ObjectIdentifier(loop)] = BoundLoop(loop: loop, bound: bound)
        }
        self.core = core
        self.group = group
        self.loops = loops
        self.counters = counters
        self.logger = logger
        state = Mutex(State(settings: settings))
    }

    /// Begins to take connections at an address.
    /// - Parameter address: Where; port 0 for any free one.
    /// - Returns: The address bound, with its port.
    /// - Throws: What `bind` throws: in use, not permitted, not available.
    @discardableResult
    public func listen(on address: ListenAddress) async throws -> SocketAddress? {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(low: 64 << 10, high: 512 << 10)
            )
            .childChannelInitializer { [self] channel in accept(channel) }
        let channel: any Channel
        switch address {
        case .tcp(let host, let port):
            channel = try await bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: host, port: port).get()
        case .unix(let path):
            channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        }
        state.withLock { $0.listeners.append(channel) }
        return channel.localAddress
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard let bound = loops[ObjectIdentifier(channel.eventLoop)] else {
                preconditionFailure("connections are given to the loops of the group")
            }
            let loopState = bound.value
            try channel.pipeline.syncOperations.addHandler(ClientConnection(loopState))
        }
    }

    /// Swaps the settings on every loop; requests under way keep the old ones.
    /// - Parameter settings: The new settings.
    public func reload(_ settings: ProxySettings) {
        state.withLock { $0.settings = settings }
        onEveryLoop { $0.settings = settings }
    }

    /// The settings in force.
    public var settings: ProxySettings { state.withLock { $0.settings } }

    /// The cache key of a path and query under a host.
    /// - Parameters:
    ///   - path: Path and query; begins with "/".
    ///   - host: The host, by which its route is chosen and which is used where keys have one.
    /// - Returns: The key; nil where the path cannot be normalized.
    public func key(path: String, host: String) -> [UInt8]? {
        settings.routes.key(path: path, host: host)?.key
    }

    private func onEveryLoop(_ body: @escaping @Sendable (LoopState) -> Void) {
        for bound in loops.values { bound.loop.execute { body(bound.value) } }
    }

    /// Takes no more connections, answers what is under way, and closes what is left after a time.
    /// - Parameter limit: How long to wait for clients.
    public func drain(within limit: Duration) async {
        let listeners = state.withLock { state in
            state.isDraining = true
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { try? await listener.close().get() }
        onEveryLoop { $0.drain() }
        let deadline = ContinuousClock.now + limit
        while core.connections.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
        let left = core.connections.load(ordering: .relaxed)
        if left > 0 {
            logger.warning("Clients were cut off at the drain's limit", metadata: ["connections": "\(left)"])
            onEveryLoop { $0.closeAll() }
        }
        for bound in loops.values { try? await bound.loop.submit { bound.value.log?.flush() }.get() }
    }

    /// True while connections are taken.
    public var isListening: Bool { state.withLock { !$0.listeners.isEmpty && !$0.isDraining } }

    /// Figures of this moment.
    public var statistics: ProxyStatistics {
        ProxyStatistics(
            counters: Counter.allCases.map { counter in
                (counter, counters.reduce(0) { $0 + $1.value(counter) })
            },
            openConnections: core.connections.load(ordering: .relaxed),
            fillsInProgress: core.fills.count,
            heldBytes: core.held.now,
            lostLogLines: core.accessLog?.lostLines ?? 0
        )
    }
}

/// A loop and what is confined to it.
private struct BoundLoop: Sendable {
    let loop: any EventLoop
    let bound: NIOLoopBound<LoopState>
    /// The loop's state; only on the loop.
    var value: LoopState { bound.value }
}

/// What the picture port has done since its start, and is doing.
public struct ProxyStatistics: Sendable {
    /// Every counter with its value, in the table's order.
    public let counters: [(counter: Counter, value: Int)]
    /// Connections open now.
    public let openConnections: Int
    /// Fills in progress now.
    public let fillsInProgress: Int
    /// Bytes of bodies that fills hold in memory now.
    public let heldBytes: Int
    /// Lines of the access log that were dropped.
    public let lostLogLines: Int
}

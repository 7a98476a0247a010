// Shared. The admin interface: figures, metrics, purges, health and the status page over HTTP, separate from the
// picture port and on one event loop of its own. Owned by the composition; `run` lasts as long as the interface does.

import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import NIOPosix
import Runtime
package import Settings
import Synchronization

/// The admin HTTP interface.
package final class AdminServer: Sendable {
    /// Connections at a time: some people, a monitor and the commands.
    private static let connectionLimit = 256

    /// The loop of every interface of this process.
    ///
    /// It is never shut down: the server closes its connections before `run` returns, but a task of its library, which
    /// nobody can wait for, may still put work on the loop after that.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let responder: AdminResponder
    /// Where it listens, as configured.
    package let address: ListenAddress
    private let logger: Logger

    /// Makes the interface; binds nothing yet.
    /// - Parameters:
    ///   - parts: The parts that it reports on.
    ///   - logger: For reports of trouble.
    package init(_ parts: AdminParts, logger: Logger) {
        address = parts.configuration.admin.listen
        responder = AdminResponder(parts, began: .now)
        self.logger = logger
    }

    /// Applies a new configuration: the token, and the limits that are shown with figures.
    package func reload(_ configuration: Configuration) {
        responder.configuration.withLock { $0 = configuration }
    }

    /// Binds the address and serves until the task is cancelled or its service is stopped.
    /// - Parameter onListening: Gets the bound address, once.
    /// - Throws: What `bind` throws.
    package func run(onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }) async throws {
        let bind: BindAddress =
            switch address {
            case .tcp(let host, let port): .hostname(host, port: port)
            case .unix(let path): .unixDomainSocket(path: path)
            }
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: bind,
                backlog: 128,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionLimit)
            ),
            onServerRunning: { channel in await onListening(channel.localAddress) },
            eventLoopGroupProvider: .shared(Self.group),
            logger: logger
        )
        try await application.run()
    }
}

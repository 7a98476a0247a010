// Value. The picture port as a service: it serves on its own loops; the service drains it at the stop.

import Proxy
import ServiceLifecycle

struct PictureService: Service {
    let proxy: Proxy
    /// How long draining may take.
    let limit: @Sendable () -> Duration

    func run() async throws {
        try await gracefulShutdown()
        await proxy.drain(within: limit())
    }
}

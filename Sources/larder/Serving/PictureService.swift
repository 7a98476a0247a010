// A value. The picture port as a service: it serves by itself, and drains when it is told to stop.

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

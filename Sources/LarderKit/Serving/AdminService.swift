// Value. The admin interface as a service.

import Admin
import ServiceLifecycle
import Settings

struct AdminService: Service {
    let server: AdminServer
    /// Gets the bound address.
    let onListening: @Sendable (ListenAddress) -> Void

    func run() async throws {
        try await server.run { address in onListening(server.address.bound(to: address)) }
    }
}

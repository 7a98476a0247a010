// Value. Tells systemd's watchdog that larder lives, as long as every event loop responds.

import Proxy
import ServiceLifecycle

struct WatchdogService: Service {
    let proxy: Proxy
    let notifier: SystemNotifier
    /// The longest that the watchdog waits.
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await proxy.respond()
                notifier.alive()
                // Twice in each interval, so that a late one does not count as a failure.
                try? await Task.sleep(for: interval / 2)
            }
        }
    }
}

// A value. Tells systemd's watchdog that larder lives, as long as every event loop answers.

import NIOCore
import NIOPosix
import ServiceLifecycle

struct WatchdogService: Service {
    let group: MultiThreadedEventLoopGroup
    let notifier: SystemNotifier
    /// The longest that the watchdog waits.
    let interval: Duration

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for loop in group.makeIterator() { try await loop.submit {}.get() }
                notifier.alive()
                // Twice an interval: one that comes late is no failure.
                try? await Task.sleep(for: interval / 2)
            }
        }
    }
}

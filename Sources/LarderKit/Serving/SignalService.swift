// Shared. Acts on the signals that a running larder gets.

import Runtime
import ServiceLifecycle
import Synchronization
import UnixSignals

final class SignalService: Service {
    private let stop: @Sendable () -> Void
    private let reload: @Sendable () -> Void
    private let reopenLog: @Sendable () -> Void
    private let endAtOnce: @Sendable () -> Never
    private let group = Lock<ServiceGroup?>(nil)

    init(
        stop: @escaping @Sendable () -> Void,
        reload: @escaping @Sendable () -> Void,
        reopenLog: @escaping @Sendable () -> Void,
        endAtOnce: @escaping @Sendable () -> Never
    ) {
        self.stop = stop
        self.reload = reload
        self.reopenLog = reopenLog
        self.endAtOnce = endAtOnce
    }

    /// Sets the group that SIGTERM stops, before the group runs.
    func attach(_ group: ServiceGroup) { self.group.withLock { $0 = group } }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup, .sigusr1)
        var isStopping = false
        for await signal in signals.cancelOnGracefulShutdown() {
            switch signal {
            case .sighup: reload()
            case .sigusr1: reopenLog()
            default:
                if isStopping { endAtOnce() }
                isStopping = true
                stop()
                await group.withLock { $0 }?.triggerGracefulShutdown()
            }
        }
    }
}

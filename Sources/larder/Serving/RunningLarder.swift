// Shared. A larder that serves: runs the services, stops them in order, and takes over a changed configuration.
//
// Services stop last to first, each before the next is told: pictures (drain), watchdog, admin interface, signals. So
// figures and health are told while larder drains, and a second signal is heard until the end.

import Admin
import Glibc
import Logging
import Proxy
import Runtime
import ServiceLifecycle
import Settings
import Store
import Synchronization

final class RunningLarder: Sendable {
    /// What closing the store takes at most, behind the drain.
    private static let closingTime = Duration.seconds(15)

    private let parts: Composition
    private let file: String
    private let level: LogLevel
    private let logger: Logger
    private let notifier = SystemNotifier()
    private let configuration: Lock<Configuration>

    init(_ parts: Composition, _ configuration: Configuration, file: String, level: LogLevel, logger: Logger) {
        self.parts = parts
        self.file = file
        self.level = level
        self.logger = logger
        self.configuration = Lock(configuration)
    }

    /// Serves until it is told to stop.
    /// - Throws: A failure of the admin interface to listen.
    func run() async throws {
        let signals = SignalService(
            stop: { [self] in stop() },
            reload: { [self] in reload() },
            reopenLog: reopenLog,
            endAtOnce: endAtOnce
        )
        let services: [any Service] =
            [signals, AdminService(server: parts.admin, onListening: announce)]
            + (notifier.watchdogInterval.map { interval in
                [WatchdogService(proxy: parts.proxy, notifier: notifier, interval: interval)]
            } ?? [])
            + [
                PictureService(
                    proxy: parts.proxy,
                    limit: { [self] in configuration.withLock { $0.limits.drainTimeout } }
                )
            ]
        let group = ServiceGroup(configuration: .init(services: services, logger: logger))
        signals.attach(group)
        let address = configuration.withLock { $0.admin.listen }
        do {
            try await group.run()
        } catch {
            parts.close()
            throw Composition.failure(toListenOn: address, setting: "admin.listen", file: file, error)
        }
        parts.close()
        logger.notice("Stopped")
    }

    private func announce(_ admin: ListenAddress) {
        let origins = configuration.withLock { $0.origins }
        let announcement = Announcement(parts.addresses, admin: admin, origins: origins)
        for line in announcement.lines { Console.offer(line) }
        notifier.ready("serving pictures")
    }

    private func stop() {
        notifier.stopping(within: configuration.withLock { $0.limits.drainTimeout } + Self.closingTime)
        logger.notice("Stopping: requests in progress are finished")
    }

    private func endAtOnce() -> Never {
        parts.log.write(Array("larder: stopped at once by a second signal\n".utf8), count: 1)
        parts.log.shutDown(within: .milliseconds(200))
        exit(1)
    }

    private func reopenLog() { parts.accessLog?.reopen() }

    /// Takes over the file as it is now; a broken one changes nothing.
    private func reload() {
        notifier.reloading()
        defer { notifier.ready("serving pictures") }
        let loaded: ConfigurationFile.Loaded
        do {
            loaded = try ConfigurationFile.load(file)
        } catch {
            logger.error("The configuration is not reloaded: it has problems", metadata: ["file": "\(file)"])
            for problem in error.problems { logger.error("\(problem.told)") }
            return
        }
        for warning in loaded.warnings { logger.warning("\(warning.told)") }
        let reload = configuration.withLock { current in
            let reload = Reload(from: current, to: loaded.configuration)
            current = reload.effective
            return reload
        }
        level.set(reload.effective.log.level)
        parts.proxy.reload(ProxySettings(reload.effective))
        parts.store.setMaximumSize(reload.effective.cache.maxSize)
        parts.store.setScrubRate(reload.effective.cache.scrubRate)
        parts.admin.reload(reload.effective)
        if reload.applied.isEmpty {
            logger.notice("Configuration reloaded: no setting that a reload takes over has changed")
        } else {
            let paths = reload.applied.joined(separator: " ")
            logger.notice("Configuration reloaded", metadata: ["changed": "\(paths)"])
        }
        if !reload.needsRestart.isEmpty {
            let paths = reload.needsRestart.joined(separator: " ")
            logger.warning("Some changed settings need a restart", metadata: ["settings": "\(paths)"])
        }
    }
}

// Shared. A larder that serves: runs the services, stops them in order, and applies a changed configuration.
//
// The services stop one after the other, last to first: pictures (drain), watchdog, admin interface, signals. So the
// admin interface responds while larder drains, and a second signal has its effect until the end.

import Admin
import Glibc
package import Logging
package import Proxy
import Runtime
import ServiceLifecycle
package import Settings
import Store
import Synchronization

package final class RunningLarder: Sendable {
    /// The time that closing the store may take, after the drain.
    private static let closingTime = Duration.seconds(15)

    private let parts: Composition
    /// The bound addresses of the picture port.
    private let addresses: [ListenAddress]
    private let file: String
    private let level: LogLevel
    /// larder's own log, for the last message before the process ends.
    private let log: LogWriter
    private let logger: Logger
    private let notifier = SystemNotifier()
    private let configuration: Lock<Configuration>

    package init(
        _ parts: Composition,
        on addresses: [ListenAddress],
        file: String,
        level: LogLevel,
        log: LogWriter,
        logger: Logger
    ) {
        self.parts = parts
        self.addresses = addresses
        self.file = file
        self.level = level
        self.log = log
        self.logger = logger
        configuration = Lock(parts.configuration)
    }

    /// Serves until a signal stops it.
    /// - Throws: A failure if the admin interface cannot listen.
    package func run() async throws {
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
            throw parts.failure(toListenOn: address, setting: "admin.listen", error)
        }
        parts.close()
        logger.notice("Stopped")
    }

    private func announce(_ admin: ListenAddress) {
        let origins = configuration.withLock { $0.origins }
        let announcement = Announcement(addresses, admin: admin, origins: origins)
        for line in announcement.lines { Console.offer(line) }
        notifier.ready("serving pictures")
    }

    private func stop() {
        notifier.stopping(within: configuration.withLock { $0.limits.drainTimeout } + Self.closingTime)
        logger.notice("Stopping: finishing the requests in progress")
    }

    private func endAtOnce() -> Never {
        log.write(Array("larder: stopped at once by a second signal\n".utf8), count: 1)
        log.shutDown(within: .milliseconds(200))
        exit(1)
    }

    private func reopenLog() { parts.accessLog?.reopen() }

    /// Applies the present contents of the file; a file with problems changes nothing.
    private func reload() {
        notifier.reloading()
        defer { notifier.ready("serving pictures") }
        let loaded: ConfigurationFile.Loaded
        do {
            loaded = try ConfigurationFile.load(file)
        } catch {
            logger.error("The configuration is not reloaded: it has problems", metadata: ["file": "\(file)"])
            for problem in error.problems { logger.error("\(problem.diagnostic)") }
            return
        }
        for warning in loaded.warnings { logger.warning("\(warning.diagnostic)") }
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
            logger.notice("Configuration reloaded: no reloadable setting has changed")
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

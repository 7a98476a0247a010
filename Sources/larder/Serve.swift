// larder serve: runs larder until it is stopped.

import ArgumentParser
import Glibc
import LarderKit
import Logging
import Proxy
import Settings

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve pictures.",
        discussion: """
            Runs in the foreground, as systemd expects it, and logs to standard error.

            SIGNALS
              SIGTERM, SIGINT  finish the requests in progress and stop
                               (a second one stops at once)
              SIGHUP           read the configuration again
                               (the log names what needs a restart)
              SIGUSR1          reopen the access log, after it was renamed

            EXAMPLES
              larder serve
              larder serve --config larder.yaml
            """
    )

    @OptionGroup var options: ConfigurationOption

    func run() async throws {
        try await reportingFailures {
            let loaded = try options.load()
            let level = LogLevel(loaded.configuration.log.level)
            // Before the first message: if the reader has gone, the write fails instead of raising a signal.
            signal(SIGPIPE, SIG_IGN)
            let log = StandardErrorLog.makeOutput()
            defer { log.shutDown() }
            LoggingSystem.bootstrap { label in StandardErrorLog(label: label, level: level, output: log) }
            let logger = Logger(label: "larder")
            for warning in loaded.warnings { logger.warning("\(warning.diagnostic)") }
            ProcessLimits.raiseDescriptors()
            let file = options.path
            let parts = try Composition(loaded.configuration, file: file, logger: logger) { log.lost }
            let addresses = try await parts.listen()
            try await RunningLarder(parts, on: addresses, file: file, level: level, log: log, logger: logger).run()
        }
    }
}

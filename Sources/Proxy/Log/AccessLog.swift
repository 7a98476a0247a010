// Shared. The access log: each loop hands over lines a buffer at a time, and a thread writes them. SIGUSR1 reopens the
// file, after logrotate has moved it.

package import Logging
package import Settings

/// The access log.
package final class AccessLog: Sendable {
    /// Bytes that wait for the disk or the reader.
    ///
    /// Lines that arrive while more wait are lost, and counted.
    private static let waitingLimit = 16 << 20

    let settings: Configuration.AccessLogSettings
    private let writer: LogWriter

    /// Starts the log's thread, which opens the file; a failure to open is logged, and tried again.
    package init(_ settings: Configuration.AccessLogSettings, logger: Logger) {
        self.settings = settings
        let path = settings.path
        writer = LogWriter(
            path == "-" ? .descriptor(1) : .path(path),
            limit: Self.waitingLimit
        ) { event in
            switch event {
            case .failing(let reason):
                logger.error("The access log cannot be written", metadata: ["path": "\(path)", "error": "\(reason)"])
            case .recovered(let lost):
                logger.notice(
                    "The access log is written again",
                    metadata: ["path": "\(path)", "lost_lines": "\(lost)"]
                )
            case .ended(let lost):
                logger.error(
                    "The access log ends without some lines",
                    metadata: ["path": "\(path)", "lost_lines": "\(lost)"]
                )
            }
        }
    }

    /// Lines that were lost: the disk failed or was full, or the reader of the log did not keep up.
    package var lostLines: Int { writer.lost }

    /// Hands over whole lines; does not wait.
    func write(_ lines: [UInt8], count: Int) { writer.write(lines, count: count) }

    /// Reopens the file; waiting lines may go to the old file or to the new one.
    package func reopen() { writer.reopen() }

    /// Writes the waiting lines and ends the thread.
    ///
    /// Blocks, at most for two seconds and a little: lines that cannot be written by then are lost, and counted.
    package func shutDown() { writer.shutDown() }
}

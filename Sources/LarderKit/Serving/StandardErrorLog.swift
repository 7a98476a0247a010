// Value. larder's own log: each message is a line on standard error, written by a thread of its own. The journal gets
// the priority (sd-daemon(3)) and adds the time itself; otherwise the line begins with the time and the level.

import Glibc
import HTTPMessage
package import Logging
package import Proxy
import Runtime

package struct StandardErrorLog: LogHandler {
    package var metadata: Logger.Metadata = [:]
    private let label: String
    private let level: LogLevel
    private let output: LogWriter
    private let isJournal = Console.environment("JOURNAL_STREAM") != nil

    /// Bytes that may wait for a reader of standard error; further messages are lost and counted.
    private static let waitingLimit = 1 << 20

    package init(label: String, level: LogLevel, output: LogWriter) {
        self.label = label
        self.level = level
        self.output = output
    }

    /// Starts the thread that writes standard error.
    package static func makeOutput() -> LogWriter {
        LogWriter(.descriptor(STDERR_FILENO), limit: waitingLimit) { event in
            guard case .recovered(let lost) = event, lost > 0 else { return }
            // Standard error works again only now.
            Logger(label: "larder").warning(
                "Messages of this log were lost: standard error could not be written",
                metadata: ["lost_messages": "\(lost)"]
            )
        }
    }

    /// The level of all loggers; it cannot be set for a single one.
    package var logLevel: Logger.Level {
        get { level.current }
        set { _ = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
        // One line for each message: line ends inside it are replaced.
        let text = event.message.description.split(whereSeparator: \.isNewline).joined(separator: " | ")
        let head =
            isJournal
            ? "<\(Self.priority(event.level))>"
            : "\(Self.now) \(event.level): "
        output.write(Array("\(head)\(text)\(fields)\n".utf8), count: 1)
    }

    /// The time in ISO 8601, made from an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static var now: String {
        let date = HTTPDate.format(Clock.system.now).split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard date.count == 6, let month = months.firstIndex(of: String(date[2])) else { return "" }
        return "\(date[3])-\(month < 9 ? "0" : "")\(month + 1)-\(date[1])T\(date[4])Z"
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.allSatisfy { !$0.isWhitespace && $0 != "\"" && !$0.isNewline }
        return isPlain ? value : value.debugDescription
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}

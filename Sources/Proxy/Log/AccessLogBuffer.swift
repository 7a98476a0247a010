// Loop-confined. A loop's lines of the access log, until they are worth a write.

import Settings

final class AccessLogBuffer {
    private let log: AccessLog
    private var lines: [UInt8] = []
    private var count = 0

    init(_ log: AccessLog) { self.log = log }

    var format: Configuration.AccessLog.Format { log.settings.format }

    func append(_ line: String) {
        lines.append(contentsOf: line.utf8)
        count += 1
        if lines.count >= Int(log.settings.buffer) { flush() }
    }

    func flush() {
        guard !lines.isEmpty else { return }
        log.write(lines, count: count)
        lines = []
        count = 0
    }
}

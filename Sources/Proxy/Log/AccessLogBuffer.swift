// Loop-confined. Collects a loop's lines of the access log until there are enough to write.

import Glibc
import HTTPMessage
import Runtime
import Settings

final class AccessLogBuffer {
    /// Few lines are longer: room for the line that fills the buffer.
    private static let usualLine = 1024

    private let log: AccessLog
    private let clock: Clock
    private var lines: [UInt8] = []
    private var count = 0
    private var second = 0
    private var date: [UInt8] = []

    init(_ log: AccessLog, clock: Clock) {
        self.log = log
        self.clock = clock
        makeRoom()
    }

    var format: Configuration.AccessLogSettings.Format { log.settings.format }

    /// Appends the output of a closure, which gets the time in the log's form.
    ///
    /// No allocation in the usual case.
    func append(_ write: (inout [UInt8], _ date: [UInt8]) -> Void) {
        readClock()
        write(&lines, date)
        count += 1
        if lines.count >= Int(log.settings.buffer) { flush() }
    }

    func flush() {
        guard !lines.isEmpty else { return }
        log.write(lines, count: count)
        lines = []
        count = 0
        makeRoom()
    }

    private func makeRoom() { lines.reserveCapacity(Int(log.settings.buffer) + Self.usualLine) }

    /// Formats the date again if a new second has begun.
    private func readClock() {
        var now = Int(clock.now.secondsSinceEpoch)
        guard now != second || date.isEmpty else { return }
        second = now
        let form = format == .combined ? "%d/%b/%Y:%H:%M:%S +0000" : "%Y-%m-%dT%H:%M:%SZ"
        // because both structs are ours, and strftime writes at most the capacity it is told
        var parts = unsafe tm()
        unsafe gmtime_r(&now, &parts)
        date = unsafe [UInt8](unsafeUninitializedCapacity: 64) { room, count in
            unsafe room.withMemoryRebound(to: CChar.self) { characters in
                guard let base = characters.baseAddress else { return }
                count = unsafe strftime(base, 64, form, &parts)
            }
        }
    }
}

// Shared. A log that accepts lines without waiting. A thread of its own writes them, so that a full or slow disk, or a
// reader that stops reading, slows no request.
//
// Invariant: each accepted line is written or counted as lost.

import NIOCore
import Runtime
import Store
import Synchronization

/// Writes the lines of one log.
package final class LogWriter: Sendable {
    private let lines = LogInbox(limit: LogInbox.usualLimit)
    private let thread: DedicatedThread
    private let shared: LogShared

    /// Starts the log's thread, which opens the destination.
    ///
    /// - Parameters:
    ///   - destination: The destination of the lines.
    ///   - limit: The bytes that may wait; lines that arrive while more wait are lost.
    ///   - report: Gets the changes of the log's health, on any thread; must not wait.
    package init(_ destination: LogDestination, limit: Int, report: @escaping @Sendable (LogWriterEvent) -> Void) {
        let shared = LogShared(limit: limit, report: report)
        self.shared = shared
        thread = DedicatedThread.start("larder-log", slices: .long) { [lines] in
            LogThread(destination, lines, shared).run()
        }
    }

    /// Lines that were lost so far.
    package var lost: Int { shared.lost.load(ordering: .relaxed) }

    /// Hands lines over; does not wait.
    /// - Parameters:
    ///   - bytes: Whole lines, each with its end.
    ///   - count: How many lines they are.
    package func write(_ bytes: [UInt8], count: Int) {
        guard shared.waiting.load(ordering: .relaxed) < shared.limit else {
            return shared.lose(count, "\(shared.limit) bytes wait to be written")
        }
        shared.waiting.add(bytes.count, ordering: .relaxed)
        if !lines.post(LogLines(bytes: bytes, count: count)) { shared.lose(count, "the log has ended") }
    }

    /// Reopens the destination, after logrotate has moved the file; does not wait.
    package func reopen() {
        shared.mustReopen.store(true, ordering: .relaxed)
        lines.post(LogLines(bytes: [], count: 0))
    }

    /// Writes the waiting lines and ends the log.
    ///
    /// Blocks, no longer than the limit: lines that a reader or a disk does not accept by then are lost.
    /// - Parameter limit: The longest wait.
    package func shutDown(within limit: Duration = .seconds(2)) {
        shared.end.store((Instant.now + limit).nanoseconds, ordering: .relaxed)
        lines.close()
        thread.join(within: limit + .milliseconds(200))
        shared.ended()
    }
}

/// The mailbox of a log's thread, bounded in bytes by `LogShared.limit`.
typealias LogInbox = Mailbox<LogLines, CountingSemaphore>

extension LogInbox {
    /// Batches of lines that wait before the mailbox counts as full; the bound in bytes is reached first.
    static var usualLimit: Int { 1 << 20 }
}

/// Lines that wait.
struct LogLines: Sendable {
    let bytes: [UInt8]
    let count: Int
}

/// The state that the senders of lines and the log's thread share.
final class LogShared: Sendable {
    let limit: Int
    let waiting = Atomic<Int>(0)
    let lost = Atomic<Int>(0)
    let mustReopen = Atomic<Bool>(true)
    /// The `Instant` at which the log ends.
    let end = Atomic(Instant.never.nanoseconds)
    private let isFailing = Atomic<Bool>(false)
    private let health = Lock(LogHealth())
    private let report: @Sendable (LogWriterEvent) -> Void

    init(limit: Int, report: @escaping @Sendable (LogWriterEvent) -> Void) {
        self.limit = limit
        self.report = report
    }

    var isOver: Bool { Instant.now.nanoseconds >= end.load(ordering: .relaxed) }

    /// Counts lost lines, and reports the reason if that is new; does nothing for 0.
    func lose(_ count: Int, _ reason: @autoclosure () -> String) {
        lost.add(count, ordering: .relaxed)
        guard !isFailing.load(ordering: .relaxed) else { return }
        let reason = reason()
        let event = health.withLock { health in
            isFailing.store(true, ordering: .relaxed)
            return health.failed(reason)
        }
        if let event { report(event) }
    }

    /// Lines were written.
    ///
    /// A queue that was full counts as healthy only when half of it is written, so that the next line does not fill it
    /// again.
    func wrote() {
        guard isFailing.load(ordering: .relaxed), waiting.load(ordering: .relaxed) <= limit / 2 else { return }
        let event = health.withLock { health in
            isFailing.store(false, ordering: .relaxed)
            return health.wrote(lost: lost.load(ordering: .relaxed))
        }
        if let event { report(event) }
    }

    func ended() {
        let lost = lost.load(ordering: .relaxed)
        if let event = health.withLock({ $0.ended(lost: lost) }) { report(event) }
    }
}

// Confined to its own thread. Writes the lines of one log, and opens its file: again if that failed or the file was
// deleted, and a pipe as soon as it has a reader.

import Glibc
import NIOCore
import Runtime
import Store
import Synchronization

final class LogThread {
    /// How long the thread waits for a slow reader before it checks whether the log is to end or be reopened.
    private static let patience: CInt = 100
    private static let upkeepInterval = Duration.seconds(1)

    private let inbox: LogInbox
    private let shared: LogShared
    private let file: LogFile
    /// The rest of a line that was written in part.
    private var rest: [UInt8] = []
    /// The file was to be reopened, and could not be yet.
    private var isReopenDue = false
    private var nextUpkeep = Instant.now

    init(_ destination: LogDestination, _ inbox: LogInbox, _ shared: LogShared) {
        file = LogFile(destination)
        self.inbox = inbox
        self.shared = shared
    }

    func run() {
        keepUp()
        while let batch = inbox.next(within: .seconds(1)) {
            keepUpIfDue()
            for lines in batch where lines.count > 0 {
                shared.waiting.subtract(lines.bytes.count, ordering: .relaxed)
                write(lines)
                keepUpIfDue()
            }
        }
        dropRest()
    }

    private func keepUpIfDue() {
        if shared.mustReopen.load(ordering: .relaxed) || Instant.now >= nextUpkeep { keepUp() }
    }

    /// Opens the file if that is requested, it is not open, or it was deleted; tries again a second after a failure.
    private func keepUp() {
        nextUpkeep = .now + Self.upkeepInterval
        if shared.mustReopen.exchange(false, ordering: .relaxed) { isReopenDue = true }
        let isDeleted = file.isDeleted
        guard isReopenDue || isDeleted || !file.isOpen else { return }
        // A moved file still receives lines; nobody would read those in a deleted one.
        if !open(), isDeleted { file.close() }
    }

    /// Opens the file; after a failure the present descriptor stays open.
    private func open() -> Bool {
        let code = file.open()
        guard code == 0 else {
            shared.lose(0, Self.reason(code, "open"))
            return false
        }
        isReopenDue = false
        dropRest()
        return true
    }

    private func dropRest() {
        if !rest.isEmpty { shared.lose(1, "its rest belongs to another file") }
        rest = []
    }

    private func write(_ lines: LogLines) {
        guard file.isOpen || open() else { return shared.lose(lines.count, "it is not open") }
        if !rest.isEmpty, file.isEmpty { dropRest() }
        let first = rest.isEmpty && file.endsWithinLine ? [UInt8(ascii: "\n")] : rest
        var begun = first[...]
        if let failure = put(&begun) {
            rest = rest.isEmpty ? [] : Array(begun)
            return failed(failure, losing: lines.count)
        }
        rest = []
        var left = lines.bytes[...]
        guard let failure = put(&left) else {
            if !isReopenDue { shared.wrote() }
            return
        }
        let broken = BrokenWrite(of: lines.bytes, written: left.startIndex)
        rest = broken.rest
        failed(failure, losing: broken.lost)
    }

    private func failed(_ failure: Failure, losing count: Int) {
        switch failure {
        case .system(let code):
            shared.lose(count, Self.reason(code, "write"))
            guard code == EPIPE else { return }
            // The next reader of a pipe begins with a whole line.
            dropRest()
            file.closeIfNamed()
        case .isNotRead: shared.lose(count, "its reader does not read")
        }
    }

    private enum Failure {
        case system(CInt)
        /// The reader took nothing, and the log ends or is to be reopened.
        case isNotRead
    }

    /// Writes bytes as far as possible; nil if all are written.
    private func put(_ left: inout ArraySlice<UInt8>) -> Failure? {
        while !left.isEmpty {
            guard !shared.isOver, file.isRegular || waitForReader() else { return .isNotRead }
            let count = file.write(left)
            if count < 0 { return .system(CInt(-count)) }
            left = left.dropFirst(count)
        }
        return nil
    }

    private func waitForReader() -> Bool {
        while !file.waitUntilWritable(Self.patience) {
            if shared.isOver || shared.mustReopen.load(ordering: .relaxed) { return false }
        }
        return true
    }

    private static func reason(_ code: CInt, _ call: String) -> String {
        code == ENXIO || code == EPIPE
            ? "nobody reads the pipe" : IOError(errnoCode: code, reason: call).description
    }
}

@available(*, unavailable)
extension LogThread: Sendable {}

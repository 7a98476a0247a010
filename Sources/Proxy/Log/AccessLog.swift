// Shared. The access log's file: lines come a buffer at a time from each loop and are written on a thread of their own,
// so that a slow disk slows no request. SIGUSR1 opens the file anew, after logrotate has moved it.

import Glibc
public import Logging
import NIOPosix
public import Settings
import Synchronization

/// The access log.
public final class AccessLog: Sendable {
    private struct State {
        var descriptor: CInt
        var isFailing = false
    }

    /// Bytes that wait for the disk.
    ///
    /// Past it lines are dropped, and counted.
    private static let waitingLimit = 16 << 20

    let settings: Configuration.AccessLog
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let state: Mutex<State>
    private let waiting = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)
    private let logger: Logger

    /// Opens the file.
    ///
    /// Blocks.
    public init(_ settings: Configuration.AccessLog, logger: Logger) {
        self.settings = settings
        self.logger = logger
        state = Mutex(State(descriptor: Self.open(settings.path)))
        pool.start()
        if state.withLock({ $0.descriptor < 0 }) {
            logger.error("The access log cannot be opened", metadata: ["path": "\(settings.path)"])
        }
    }

    private static func open(_ path: String) -> CInt {
        if path == "-" { return dup(STDOUT_FILENO) }
        // because the text outlives the call
        return unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    }

    /// Lines dropped because the disk could not keep up or failed.
    public var lostLines: Int { lost.load(ordering: .relaxed) }

    func write(_ lines: [UInt8], count: Int) {
        guard waiting.load(ordering: .relaxed) < Self.waitingLimit else {
            lost.add(count, ordering: .relaxed)
            return
        }
        waiting.add(lines.count, ordering: .relaxed)
        pool.submit { [self] _ in
            let isWritten = state.withLock { Self.write(lines, to: $0.descriptor) }
            waiting.subtract(lines.count, ordering: .relaxed)
            guard !isWritten else { return }
            lost.add(count, ordering: .relaxed)
            tellOnce()
        }
    }

    private func tellOnce() {
        let isNew = state.withLock { state in
            defer { state.isFailing = true }
            return !state.isFailing
        }
        if isNew { logger.error("The access log cannot be written", metadata: ["path": "\(settings.path)"]) }
    }

    private static func write(_ lines: [UInt8], to descriptor: CInt) -> Bool {
        // because the pointer is used inside the closure only, with its own count
        unsafe lines.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                guard let base = bytes.baseAddress else { return true }
                let count = unsafe Glibc.write(descriptor, base + written, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }

    /// Opens the file anew, behind everything written so far.
    public func reopen() {
        pool.submit { [self] _ in
            let descriptor = Self.open(settings.path)
            guard descriptor >= 0 else { return tellOnce() }
            state.withLock { state in
                close(state.descriptor)
                state.descriptor = descriptor
                state.isFailing = false
            }
        }
    }

    /// Writes what is waiting and ends the thread.
    ///
    /// Blocks.
    public func shutDown() {
        try? pool.syncShutdownGracefully()
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
            state.descriptor = -1
        }
    }
}

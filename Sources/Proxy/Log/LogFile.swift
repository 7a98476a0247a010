// Confined to the thread of its log. The descriptor that a log is written to, and the system's answers about it.

import Glibc

/// The destination of a log's lines.
package enum LogDestination: Sendable, Equatable {
    /// A file or a named pipe, opened by its absolute path.
    case path(String)
    /// A descriptor of the process, which stays open: standard output or standard error.
    case descriptor(CInt)
}

final class LogFile {
    /// A pipe accepts this many bytes in one piece (pipe(7)), and without waiting after poll has found it writable.
    private static let pieceLength = 4096  // PIPE_BUF

    private let destination: LogDestination
    private var descriptor: CInt = -1
    /// A regular file: a write waits for a disk at most, never for a reader.
    private(set) var isRegular = false
    /// The file ended within a line when it was opened: the next line begins with a line end.
    private(set) var endsWithinLine = false

    init(_ destination: LogDestination) { self.destination = destination }

    deinit { close() }

    var isOpen: Bool { descriptor >= 0 }

    /// Opens the destination, and replaces the open descriptor.
    ///
    /// May wait for a disk, never for a reader: a named pipe without one is ENXIO.
    /// - Returns: 0, or errno; then the present descriptor stays open.
    func open() -> CInt {
        let opened: CInt
        switch destination {
        case .descriptor(let number): opened = uninterrupted { fcntl(number, F_DUPFD_CLOEXEC, 3) }
        case .path(let path):
            let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
            // because the text outlives the call
            opened = uninterrupted { unsafe Glibc.open(path, flags, 0o640) }
        }
        guard opened >= 0 else { return errno }
        close()
        descriptor = opened
        let status = status
        isRegular = status.map { $0.st_mode & S_IFMT == S_IFREG } ?? false
        endsWithinLine = isRegular && lastByte(before: status?.st_size ?? 0) ?? UInt8(ascii: "\n") != UInt8(ascii: "\n")
        return 0
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Closes a destination that can be reopened, such as a pipe whose reader has left.
    ///
    /// Standard output and standard error cannot be reopened.
    func closeIfNamed() { if case .path = destination { close() } }

    /// The file is in no directory any more: nobody will read the lines written to it.
    var isDeleted: Bool { isRegular && status?.st_nlink == 0 }

    /// The file was cut to nothing, as logrotate's `copytruncate` does.
    var isEmpty: Bool { isRegular && status?.st_size == 0 }

    /// Writes as much as possible in one piece; a pipe or a socket must be writable.
    ///
    /// - Parameter bytes: The bytes; not empty.
    /// - Returns: The bytes written, 0 if the call may be repeated; or -errno.
    func write(_ bytes: ArraySlice<UInt8>) -> Int {
        let piece = isRegular ? bytes : bytes.prefix(Self.pieceLength)
        // because the pointer is used in the call only, with its own count
        let count = unsafe piece.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            endsWithinLine = false
            return count
        }
        let code = count == 0 ? ENOSPC : errno
        return code == EINTR || code == EAGAIN ? 0 : -Int(code)
    }

    /// Waits until a reader has made room, or has left.
    ///
    /// - Parameter milliseconds: The longest wait.
    /// - Returns: Whether to try a write.
    func waitUntilWritable(_ milliseconds: CInt) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&wanted, 1, milliseconds) > 0  // because one struct is given, and one is counted
    }

    private var status: stat? {
        var status = stat()
        // because fstat fills the struct it is given
        return unsafe fstat(descriptor, &status) == 0 ? status : nil
    }

    /// The byte before an offset; nil at the start of the file, or if the file cannot be read.
    private func lastByte(before end: off_t) -> UInt8? {
        guard end > 0, case .path(let path) = destination else { return nil }
        let reading = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)  // because the text outlives the call
        guard reading >= 0 else { return nil }
        defer { Glibc.close(reading) }
        var byte: UInt8 = 0
        return unsafe pread(reading, &byte, 1, end - 1) == 1 ? byte : nil  // because one local byte
    }

    private func uninterrupted(_ call: () -> CInt) -> CInt {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

@available(*, unavailable)
extension LogFile: Sendable {}

// Value. The machine itself. The only place of Settings that makes system calls; no call leaves anything open.

import Glibc

/// The machine that this process runs on.
package struct SystemFileProbe: FileProbe {
    /// Makes the probe; it holds nothing.
    package init() {}

    /// The absolute path of the working directory; `/` if it is gone.
    package var workingDirectory: String {
        // because getcwd(3) with NULL allocates: the text is copied out and the buffer freed here.
        guard let buffer = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(buffer) }  // because the buffer is getcwd's and nobody else has it
        return unsafe String(cString: buffer)  // because getcwd ends its text with a NUL
    }

    /// The processors that this process may run on, at least 1: a container or a service may have fewer than the
    /// machine, and only the kernel's list of allowed ones says so.
    package var processors: Int {
        if let status = try? contents(of: "/proc/self/status", limit: 65_536),
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
                .first(where: { $0.hasPrefix("Cpus_allowed:") })
        {
            let mask = line.dropFirst("Cpus_allowed:".count)
            return max(1, mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) })
        }
        return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Reads an environment variable.
    ///
    /// - Parameter name: The variable's name.
    /// - Returns: Its value; nil if it is not set.
    package func variable(_ name: String) -> String? {
        // because the value is copied at once, and nothing in this process changes its environment.
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)  // because getenv ends its text with a NUL
    }

    /// Looks at a path, following symlinks.
    ///
    /// - Parameter path: An absolute path.
    /// - Returns: What is there; nil if nothing is, or it cannot be reached.
    package func status(of path: String) -> FileStatus? {
        var status = stat()
        // because both arguments live until the call returns.
        guard unsafe stat(path, &status) == 0 else { return nil }
        let kind: FileStatus.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFDIR: .directory
            case S_IFREG: .regular
            default: .other
            }
        let mode = kind == .directory ? W_OK | X_OK : W_OK
        // because the path lives until the call returns. AT_EACCESS: the user that will write is the effective one.
        let isWritable = unsafe faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0
        return FileStatus(kind: kind, isWritable: isWritable, isWorldReadable: status.st_mode & S_IROTH != 0)
    }

    /// The size of the file system that a path is on.
    ///
    /// - Parameter path: The absolute path of something that is there.
    /// - Returns: Bytes; nil if that is not known.
    package func capacity(of path: String) -> Int64? {
        var status = statvfs()
        // because both arguments live until the call returns.
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        let (bytes, isTooMany) = Int64(clamping: status.f_blocks).multipliedReportingOverflow(
            by: Int64(clamping: status.f_frsize)
        )
        return isTooMany || bytes == 0 ? nil : bytes
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: An absolute path.
    ///   - limit: The most bytes it may have.
    /// - Returns: The file's bytes.
    /// - Throws: Why it cannot be read.
    package func contents(of path: String, limit: Int) throws(FileProblem) -> [UInt8] {
        // O_NONBLOCK: opening a pipe must not wait for its writer.
        var descriptor: Int32
        repeat {
            // because the path lives until the call returns.
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw SystemFileProbe.problem(errno) }
        defer { close(descriptor) }
        var status = stat()
        // because the result lives until the call returns.
        guard unsafe fstat(descriptor, &status) == 0 else { throw SystemFileProbe.problem(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let size = piece.count
            // because the array's storage is valid for the call and `size` is its length.
            let count = unsafe read(descriptor, &piece, size)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw SystemFileProbe.problem(errno)
            }
            guard bytes.count + count <= limit else { throw .tooLarge(limit: limit) }
            bytes += piece[..<count]
        }
    }

    private static func problem(_ code: Int32) -> FileProblem {
        switch code {
        case ENOENT, ENOTDIR: .missing
        case EACCES, EPERM: .denied
        default: .system(code: code)
        }
    }
}

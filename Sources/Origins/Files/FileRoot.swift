// Shared. The root directory of a file origin, opened when first needed: a share may be mounted later, go away and come
// back. Invariant: nothing outside the root is ever opened, whatever the path and the symbolic links say; the kernel
// sees to it (openat2 with RESOLVE_BENEATH), and where it refuses a link `FileLookup` does. Used by the origin's file
// threads; no system call under the lock.

import CCurl
import Glibc
import Synchronization

/// The directory all files of an origin are in.
final class FileRoot: Sendable {
    /// How opening a file can end.
    enum Opened {
        case file(Descriptor, origins_file_status)
        /// There is no such file.
        case absent
        /// The path leads out of the root.
        case outside
        /// The file system, or the root itself, is at fault.
        case failed(String, Int32)
    }

    /// How long an open root is trusted to be what its path names: one more stat a second costs nothing.
    private static let checkInterval: Duration = .seconds(1)

    private struct State {
        var root: Descriptor?
        var checked: Moment?
    }

    private let path: [UInt8]
    /// The same for calls of the system.
    private let cPath: [CChar]
    private let state = Mutex(State())

    /// A root that need not be there yet.
    ///
    /// - Parameter path: Absolute, without NUL.
    init(path: [UInt8]) {
        self.path = path
        cPath = path.map { CChar(bitPattern: $0) } + [0]
    }

    /// Opens a regular file for reading.
    ///
    /// - Parameter names: The path below the root, without "..".
    /// - Returns: The file, or why there is none.
    func open(_ names: [FileName]) -> Opened {
        var reopens = false
        for _ in 0..<2 {
            switch current(reopening: reopens) {
            case .failure(let error): return .failed("open root", error.code)
            case .success(let root):
                let number = open(names, beneath: root)
                if number >= 0 { return examine(Descriptor(owning: number)) }
                switch -number {
                case ENOENT, ENOTDIR:
                    // The root itself may have been replaced or mounted over since it was opened.
                    if !reopens, !isCurrent(root) { break }
                    return isMounted(root) ? .absent : .failed("read an empty root", ENOENT)
                case ELOOP, ENAMETOOLONG, EISDIR: return .absent
                case EXDEV: return .outside
                case let code where reopens: return .failed("open", code)
                default: break
                }
                reopens = true
            }
        }
        return .absent
    }

    private func examine(_ descriptor: Descriptor) -> Opened {
        let status = origins_status_of(descriptor.number)
        guard status.error == 0 else { return .failed("fstat", status.error) }
        return status.is_regular != 0 ? .file(descriptor, status) : .absent
    }

    private func current(reopening: Bool) -> Result<Descriptor, SystemError> {
        let now = Moment.now
        let (known, isDue) = state.withLock { state in
            let isDue = state.checked.map { now - $0 > Self.checkInterval } ?? true
            if isDue { state.checked = now }
            return (state.root, isDue)
        }
        if let known, !reopening, !isDue || isCurrent(known) { return .success(known) }
        let number = unsafe origins_open_root(cPath)  // because the path is copied for the call
        guard number >= 0 else {
            state.withLock { $0.root = nil }
            return .failure(SystemError(code: -number))
        }
        let root = Descriptor(owning: number)
        state.withLock { $0.root = root }
        return .success(root)
    }

    /// Whether the path still names the directory that is open.
    private func isCurrent(_ root: Descriptor) -> Bool {
        let named = unsafe origins_status_of_path(cPath)  // because the path is copied for the call
        let opened = origins_status_of(root.number)
        return named.error == 0 && opened.error == 0 && named.inode == opened.inode && named.device == opened.device
    }

    /// Whether the root has anything in it: the bare mount point of a share that is not there has not, and would
    /// otherwise turn every picture into a 404.
    private func isMounted(_ root: Descriptor) -> Bool {
        let status = origins_status_of(root.number)
        return status.error == 0 && (status.links > 2 || origins_is_empty(root.number) == 0)
    }

    private func open(_ names: [FileName], beneath root: Descriptor) -> Int32 {
        let path = FileName.path(names)
        for _ in 0..<8 {
            let number = unsafe origins_open_beneath(root.number, path)  // because the path is copied for the call
            switch -number {
            case ENOSYS, EPERM, EXDEV:
                var lookup = FileLookup(names, beneath: root, at: self.path)
                return lookup.open()
            case EAGAIN, EINTR: continue  // EAGAIN: something was renamed meanwhile
            default: return number
            }
        }
        return -EAGAIN
    }
}

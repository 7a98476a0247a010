// Shared. The root directory of a file origin, opened when first needed: a share may be mounted later, go away and come
// back. Invariant: nothing outside the root is ever opened, whatever the path and the symbolic links are. The kernel
// guarantees this (openat2 with RESOLVE_BENEATH), and if it refuses a link, `FileLookup` does. Used by the origin's
// file threads; no system call under the lock.

import CLinux
import Glibc
import Runtime
import Synchronization

/// The directory with all files of an origin.
final class FileRoot: Sendable {
    /// How opening a file can end.
    enum Opened {
        case file(SharedDescriptor, clinux_file_status)
        /// There is no such file.
        case absent
        /// The path leads out of the root.
        case outside
        /// It exists and cannot be read, or the share is at fault.
        case failed(OriginError.Kind, operation: String, code: Int32)
    }

    /// How long an open root counts as the one that its path names: one more stat a second costs nothing.
    private static let checkInterval: Duration = .seconds(1)

    private struct State {
        var root: SharedDescriptor?
        var checked: Instant?
    }

    private let path: [UInt8]
    /// The same for system calls.
    private let cPath: [CChar]
    private let state = Lock(State())

    /// A root that need not exist yet.
    ///
    /// - Parameter path: Absolute, without NUL.
    init(path: [UInt8]) {
        self.path = path
        cPath = path.map { CChar(bitPattern: $0) } + [0]
    }

    /// Opens a regular file for reading.
    ///
    /// - Parameter names: The path below the root, without "..".
    /// - Returns: The file, or why it cannot be opened.
    func open(_ names: [FileName]) -> Opened {
        for isLastTry in [false, true] {
            switch current(reopening: isLastTry) {
            case .failure(let error): return Self.rootFailed("open the directory", error.code)
            case .success(let root):
                let number = open(names, beneath: root)
                if number >= 0 { return examine(SharedDescriptor(owning: number)) }
                if number == -EXDEV { return .outside }
                let fault = FileFault(-number)
                // The root itself may have been replaced, or mounted over, since it was opened.
                if !isLastTry, fault == .share || !isCurrent(root) { continue }
                return judge(fault, -number, beneath: root)
            }
        }
        return .absent
    }

    /// The reason why no file can be opened now; nil if there is none.
    func fault() -> FileFinding? {
        let opened: Opened? =
            switch current(reopening: true) {
            case .failure(let error): Self.rootFailed("open the directory", error.code)
            case .success(let root): searchFault(root) ?? (isMounted(root) ? nil : emptyRoot)
            }
        guard case .failed(let kind, let operation, let code) = opened else { return nil }
        return FileFinding(kind: kind, operation: operation, code: code)
    }

    /// The reason why no name can be looked up in the root.
    private func searchFault(_ root: SharedDescriptor) -> Opened? {
        let number = unsafe clinux_open_step(root.number, ".", 0)  // because the name is a literal
        guard number >= 0 else { return Self.rootFailed("search the directory", -number) }
        _ = SharedDescriptor(owning: number)
        return nil
    }

    private var emptyRoot: Opened { Self.rootFailed("read an empty root", ENOENT) }

    /// The meaning of a failure to open a name, if the root is known to be the right one.
    private func judge(_ fault: FileFault, _ code: Int32, beneath root: SharedDescriptor) -> Opened {
        switch fault {
        case .absent where code == ENOENT || code == ENOTDIR:
            return isMounted(root) ? .absent : emptyRoot
        case .unreadable:
            // A directory that cannot be searched reports that for each name.
            if let fault = searchFault(root) { return fault }
        default: break
        }
        guard let kind = fault.kind else { return .absent }
        return .failed(kind, operation: "open", code: code)
    }

    /// A fault of the root is a fault of every name in it.
    private static func rootFailed(_ operation: String, _ code: Int32) -> Opened {
        let kind: OriginError.Kind = FileFault(code) == .resources ? .resources : .fileSystem
        return .failed(kind, operation: operation, code: code)
    }

    private func examine(_ descriptor: SharedDescriptor) -> Opened {
        let status = clinux_status_of(descriptor.number)
        if status.error != 0 {
            return .failed(FileFault(status.error).kind ?? .unreadable, operation: "fstat", code: status.error)
        }
        return status.is_regular != 0 ? .file(descriptor, status) : .absent
    }

    private func current(reopening: Bool) -> Result<SharedDescriptor, SystemError> {
        let now = Instant.now
        let (known, isDue) = state.withLock { state in
            let isDue = state.checked.map { now - $0 > Self.checkInterval } ?? true
            if isDue { state.checked = now }
            return (state.root, isDue)
        }
        if let known, !reopening, !isDue || isCurrent(known) { return .success(known) }
        let number = unsafe clinux_open_root(cPath)  // because the path is copied for the call
        guard number >= 0 else {
            state.withLock { $0.root = nil }
            return .failure(SystemError("open", code: -number))
        }
        let root = SharedDescriptor(owning: number)
        state.withLock { $0.root = root }
        return .success(root)
    }

    /// Whether the path still names the directory that is open.
    private func isCurrent(_ root: SharedDescriptor) -> Bool {
        let named = unsafe clinux_status_of_path(cPath)  // because the path is copied for the call
        let opened = clinux_status_of(root.number)
        return named.error == 0 && opened.error == 0 && named.inode == opened.inode && named.device == opened.device
    }

    /// Whether the root has any entry.
    ///
    /// The bare mount point of an absent share is empty, and would turn every picture into a 404.
    private func isMounted(_ root: SharedDescriptor) -> Bool {
        let status = clinux_status_of(root.number)
        return status.error == 0 && (status.links > 2 || clinux_is_empty(root.number) == 0)
    }

    private func open(_ names: [FileName], beneath root: SharedDescriptor) -> Int32 {
        let path = FileName.path(names)
        for _ in 0..<8 {
            let number = unsafe clinux_open_beneath(root.number, path)  // because the path is copied for the call
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

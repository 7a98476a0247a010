// Confined to one file thread, for one lookup. Finds a file beneath a root step by step and follows symbolic links
// itself. It is used for links that the kernel's own bounded lookup refuses (absolute ones, and those that leave the
// root and come back), and on kernels without such a lookup.
//
// Invariant: nothing outside the root is opened or even looked at, whatever is renamed meanwhile. Each step opens one
// name in an open directory and follows no link. ".." goes back to the directory that the lookup came from, not to the
// one that the file system names. A link that leaves the root is followed only by comparing names, along the root's own
// path.

import CLinux
import Glibc
import Runtime

/// One lookup.
struct FileLookup {
    /// The most symbolic links that are followed, as the kernel's.
    static let maximumLinks = 40
    /// The most directories that are open at once.
    static let maximumDepth = 256

    /// The root.
    private let root: SharedDescriptor
    /// The root's path as configured; absolute links may begin with it.
    private let configured: [FileName]
    /// The root's path without symbolic links.
    private let real: [FileName]
    /// The names still to be looked up, the next name last.
    private var pending: [FileName]
    /// The directories on the way, the deepest last; none at the root.
    private var directories: [SharedDescriptor] = []
    /// How many names of `real` lead to the present place above the root; nil beneath the root.
    private var above: Int?
    private var links = 0

    /// Begins at the root.
    ///
    /// - Parameters:
    ///   - names: The names to look up.
    ///   - root: The root.
    ///   - path: Its path.
    init(_ names: [FileName], beneath root: SharedDescriptor, at path: [UInt8]) {
        self.root = root
        configured = FileName.names(in: path).filter { !$0.isDot }
        real = Self.realNames(of: path)
        pending = names.reversed()
    }

    /// Opens the file for reading.
    ///
    /// - Returns: A descriptor or -errno; -EXDEV if the path leads out of the root.
    mutating func open() -> Int32 {
        while true {
            if above == real.count {
                above = nil
                directories = []
            }
            guard let name = pending.popLast() else { return above == nil ? -EISDIR : -EXDEV }
            let result = above.map { stepAbove(name, $0) } ?? stepBeneath(name)
            if let result { return result }
        }
    }

    /// One step along the root's own path; nothing is opened.
    private mutating func stepAbove(_ name: FileName, _ depth: Int) -> Int32? {
        if name.isDot { return nil }
        if name.isDotDot {
            above = max(0, depth - 1)
        } else {
            guard name == real[depth] else { return -EXDEV }
            above = depth + 1
        }
        return nil
    }

    /// One step beneath the root; nil if there are more.
    private mutating func stepBeneath(_ name: FileName) -> Int32? {
        if name.isDot { return nil }
        if name.isDotDot {
            if directories.popLast() == nil { above = max(0, real.count - 1) }
            return nil
        }
        let directory = directories.last ?? root
        let isLast = pending.isEmpty
        // because the name is copied for the call
        let number = unsafe clinux_open_step(directory.number, name.cString, isLast ? 1 : 0)
        if number >= 0 {
            if isLast { return number }
            directories.append(SharedDescriptor(owning: number))
            return directories.count > Self.maximumDepth ? -ENAMETOOLONG : nil
        }
        // A symbolic link is neither.
        guard number == -ELOOP || number == -ENOTDIR, let target = Self.target(of: name, in: directory) else {
            return number
        }
        return follow(target)
    }

    /// Follows the target of a symbolic link.
    private mutating func follow(_ target: [UInt8]) -> Int32? {
        links += 1
        guard links <= Self.maximumLinks else { return -ELOOP }
        var names = FileName.names(in: target).filter { !$0.isDot }
        if target.first == UInt8(ascii: "/") {
            directories = []
            let isConfigured = names.starts(with: configured)
            if isConfigured { names.removeFirst(configured.count) }
            above = isConfigured ? nil : 0
        }
        if target.last == UInt8(ascii: "/") { names.append(.dot) }
        pending += names.reversed()
        return nil
    }

    /// The target of a symbolic link; nil if the name is not one.
    private static func target(of name: FileName, in directory: SharedDescriptor) -> [UInt8]? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        // because the name is copied for the call, which gets the array's own space and size
        let count = unsafe readlinkat(directory.number, name.cString, &bytes, bytes.count)
        guard count > 0, count < bytes.count else { return nil }
        return bytes[..<count].map { UInt8(bitPattern: $0) }
    }

    /// The names of a path without symbolic links; those of the path itself if that cannot be resolved.
    private static func realNames(of path: [UInt8]) -> [FileName] {
        // because realpath makes a C string, which is copied and freed at once
        guard let resolved = unsafe realpath(path.map { CChar(bitPattern: $0) } + [0], nil) else {
            return FileName.names(in: path)
        }
        defer { unsafe free(resolved) }
        let bytes = unsafe UnsafeBufferPointer(start: resolved, count: strlen(resolved))
        return unsafe FileName.names(in: bytes.map { UInt8(bitPattern: $0) })
    }
}

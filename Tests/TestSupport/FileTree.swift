// Stateless. What tests ask of a whole tree of files: its size on disk, and to go away.

import Glibc

/// The bytes a tree of files takes on disk, as `du` counts them.
///
/// Blocks count, not lengths; files that vanish meanwhile count 0.
package func diskUse(of path: String) -> Int {
    var total = 0
    for entry in entries(below: path) + [path] {
        var status = stat()
        // because lstat fills the structure it is given
        if unsafe lstat(entry, &status) == 0 { total += Int(status.st_blocks) * 512 }
    }
    return total
}

/// The paths of everything below a directory, each directory before what is in it; symbolic links are not followed.
package func entries(below path: String) -> [String] {
    var found: [String] = []
    // because opendir and readdir answer pointers that live until closedir; each name is copied at once
    guard let directory = unsafe opendir(path) else { return [] }
    while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name == "." || name == ".." { continue }
        let child = "\(path)/\(name)"
        found.append(child)
        if unsafe entry.pointee.d_type == UInt8(DT_DIR) { found += entries(below: child) }
    }
    unsafe closedir(directory)
    return found
}

/// Removes a directory and everything in it; what cannot be removed stays.
package func removeTree(_ path: String) {
    // because these calls take C strings, which Swift makes for their duration
    unsafe chmod(path, 0o700)
    // A directory lists only once it may be read, so permissions are given back on the way down.
    for child in entries(below: path) where isDirectory(child) { unsafe chmod(child, 0o700) }
    for child in entries(below: path).reversed() { unsafe remove(child) }
    unsafe remove(path)
}

private func isDirectory(_ path: String) -> Bool {
    var status = stat()
    // because lstat fills the structure it is given
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

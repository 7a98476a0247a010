// Value. Paths as text. `..` is not resolved: after a symbolic link it does not undo the name before it, and only the
// kernel knows.

/// Joins and cuts paths.
enum FilePath {
    /// The absolute path, without doubled slashes, `.` segments or a slash at the end.
    static func absolute(_ path: String, in directory: String) -> String {
        let whole = path.hasPrefix("/") ? path : "\(directory)/\(path)"
        let segments = whole.split(separator: "/").filter { $0 != "." }
        return "/" + segments.joined(separator: "/")
    }

    /// The path of the directory that holds the path; `/` for the root.
    static func parent(of path: String) -> String {
        let segments = path.split(separator: "/")
        return "/" + segments.dropLast().joined(separator: "/")
    }
}

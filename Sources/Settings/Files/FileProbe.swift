// Value. The machine as the checks see it: a protocol, so that tests need no files. Paths are absolute.

/// A look at the machine that a configuration is for.
package protocol FileProbe: Sendable {
    /// The absolute path of the working directory.
    var workingDirectory: String { get }

    /// The processors that larder may run on, at least 1.
    var processors: Int { get }

    /// Reads an environment variable.
    ///
    /// - Parameter name: The variable's name.
    /// - Returns: Its value; nil if it is not set.
    func variable(_ name: String) -> String?

    /// Looks at a path, following symlinks.
    ///
    /// - Parameter path: An absolute path.
    /// - Returns: What is there; nil if nothing is.
    func status(of path: String) -> FileStatus?

    /// The size of the file system that a path is on.
    ///
    /// - Parameter path: The absolute path of something that is there.
    /// - Returns: Bytes; nil if that is not known.
    func capacity(of path: String) -> Int64?

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: An absolute path.
    ///   - limit: The most bytes it may have.
    /// - Returns: The file's bytes.
    /// - Throws: Why it cannot be read.
    func contents(of path: String, limit: Int) throws(FileProblem) -> [UInt8]
}

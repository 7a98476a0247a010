// Value. The kind of file at a path, as far as the checks of a configuration need it.

/// What is at a path.
package struct FileStatus: Sendable, Equatable {
    /// The kinds of files that the checks tell apart.
    package enum Kind: Sendable, Equatable {
        /// A directory.
        case directory
        /// A regular file.
        case regular
        /// A device, a socket or a pipe.
        case other
    }

    /// The kind of file.
    package var kind: Kind
    /// Whether this process may write to it (for a directory: make files in it).
    package var isWritable: Bool
    /// Whether every user of the machine may read it.
    package var isWorldReadable: Bool

    /// Describes what is at a path.
    ///
    /// - Parameters:
    ///   - kind: The kind of file.
    ///   - isWritable: Whether this process may write to it.
    ///   - isWorldReadable: Whether every user of the machine may read it.
    package init(kind: Kind, isWritable: Bool = true, isWorldReadable: Bool = false) {
        self.kind = kind
        self.isWritable = isWritable
        self.isWorldReadable = isWorldReadable
    }
}

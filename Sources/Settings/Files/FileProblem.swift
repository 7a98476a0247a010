// Value. Why a file could not be read, in the words of a problem's message.

/// Why a file could not be read.
package enum FileProblem: Error, Sendable, Equatable {
    /// Nothing is at the path.
    case missing
    /// The file may not be read by this process.
    case denied
    /// The path is not that of a regular file.
    case notRegular
    /// The file has more bytes than it may have.
    case tooLarge(limit: Int)
    /// The system refused with this errno.
    case system(code: Int32)
}

extension FileProblem: CustomStringConvertible {
    /// The reason as a clause that follows the file's name.
    package var description: String {
        switch self {
        case .missing: "does not exist"
        case .denied: "may not be read by this user"
        case .notRegular: "is not a regular file"
        case .tooLarge(let limit): "has more than \(limit) bytes"
        case .system(let code): "cannot be read (errno \(code))"
        }
    }
}

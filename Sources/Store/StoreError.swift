// Value. An error of the store: its class, the operation and its subject.

import Glibc

/// An operating error of the store: never a reason to fail a request that an origin can answer.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The classes of error that are handled differently.
    public enum Kind: String, Sendable {
        /// No space left, or a quota reached.
        case full
        /// The file system cannot be written.
        case readOnly = "read-only"
        /// A file or directory is gone.
        case missing
        /// Any other failure of the operating system.
        case io
        /// The bytes are wrong.
        case corrupt
        /// SQLite refused or failed.
        case index
        /// Another process uses the directory.
        case inUse = "in-use"
    }

    /// The class of the error.
    public let kind: Kind
    /// The operation, in one word: write, open.
    public let operation: String
    /// The subject: a path.
    public let subject: String
    /// `errno`, or SQLite's extended result code.
    public let code: Int32
    /// The library's own message, if it has one.
    public let detail: String

    init(_ kind: Kind, _ operation: String, _ subject: String, code: Int32 = 0, detail: String = "") {
        self.kind = kind
        self.operation = operation
        self.subject = subject
        self.code = code
        self.detail = detail
    }

    /// The error of a failed system call.
    init(errno code: Int32, _ operation: String, _ subject: String) {
        let kind: Kind =
            switch code {
            case ENOSPC, EDQUOT: .full
            case EROFS, EACCES, EPERM: .readOnly
            case ENOENT, ESTALE: .missing
            default: .io
            }
        // because strerror_r writes at most the capacity it is told and terminates the text
        let text = unsafe String(unsafeUninitializedCapacity: 128) { room in
            unsafe room.withMemoryRebound(to: CChar.self) { characters in
                guard let base = characters.baseAddress, unsafe strerror_r(code, base, 128) == 0 else { return 0 }
                return unsafe strlen(base)
            }
        }
        self.init(kind, operation, subject, code: code, detail: text)
    }

    /// One line: what failed, on what, and why.
    public var description: String { "\(operation) \(subject): \(detail.isEmpty ? kind.rawValue : detail)" }
}

// Value. A call of the system that failed.

/// An errno, and what was tried.
public struct SystemError: Error, Equatable {
    /// The call's name or what it was for, such as "eventfd".
    public let operation: String
    /// The errno.
    public let code: Int32

    public init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }
}

// Value. A system call that failed.

/// An errno, and the operation that failed.
public struct SystemError: Error, Equatable {
    /// The name of the call or its purpose, such as "eventfd".
    public let operation: String
    /// The errno.
    public let code: Int32

    public init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }
}

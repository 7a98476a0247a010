// Value. A call of the system that failed.

/// An errno, and what was tried.
package struct SystemError: Error, Equatable {
    /// The call's name or what it was for, such as "eventfd".
    package let operation: String
    /// The errno.
    package let code: Int32

    package init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }
}

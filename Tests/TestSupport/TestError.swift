// Value. What went wrong in the test kit itself, as opposed to in what it tests. Thrown by every part of TestSupport;
// the message is for the person who reads the failed test.

/// A failure of the test kit: a wait that passed its deadline, a connection that ended, a system call that failed.
package struct TestError: Error, Equatable, CustomStringConvertible {
    /// What kind of failure this is.
    package enum Kind: String, Sendable {
        /// A deadline passed.
        case timeout
        /// The peer closed the connection before the first byte of what was waited for.
        case closed
        /// What was received cannot be parsed.
        case malformed
        /// A system call failed.
        case system
    }

    /// What kind of failure this is.
    package let kind: Kind
    /// What was being done, and how it failed.
    package let message: String
    /// The system's error number, 0 where there is none.
    package let errorNumber: Int32

    /// Makes an error from its parts.
    package init(_ kind: Kind, _ message: String, errorNumber: Int32 = 0) {
        self.kind = kind
        self.message = message
        self.errorNumber = errorNumber
    }

    /// The kind and the message, with the system's error number where there is one.
    package var description: String {
        errorNumber == 0 ? "\(kind): \(message)" : "\(kind): \(message) (errno \(errorNumber))"
    }
}

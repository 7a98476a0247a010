// Value. Turns a failed system call into an origin error.

import Runtime

extension OriginError {
    /// The system had no thread, descriptor or memory left.
    init(_ error: SystemError, subject: String) {
        self.init(kind: .resources, operation: error.operation, subject: subject, code: Int(error.code))
    }
}

// A failed call of the system as a failure of the origins.

import Runtime

extension OriginError {
    /// The system gave no thread, descriptor or memory.
    init(_ error: SystemError, subject: String) {
        self.init(kind: .resources, operation: error.operation, subject: subject, code: Int(error.code))
    }
}

// Pure. The errors with which an attempt ends: what was being done, at which origin.

import HTTPMessage

extension Attempt {
    /// What an error of the connection interrupts.
    var operation: String { state.operation }

    /// An error of this attempt.
    func fault(_ kind: OriginError.Kind, _ operation: String, code: Int = 0, detail: String = "") -> OriginError {
        OriginError(kind: kind, operation: operation, subject: pool.settings.url.text, code: code, detail: detail)
    }

    /// The error for a response that is refused.
    func fault(_ refusal: ResponseRefusal, _ operation: String) -> OriginError {
        fault(refusal.isTooLarge ? .tooLarge : .malformed, operation, detail: refusal.description)
    }

    /// The error for a body whose length is not that of its Content-Range.
    func fault(_ fault: AttemptState.BodyFault) -> OriginError {
        switch fault {
        case .tooLong: self.fault(.malformed, "receive body", detail: "it is longer than its Content-Range")
        case .tooShort: self.fault(.truncated, "receive body", detail: "it is shorter than its Content-Range")
        }
    }
}

// How an exchange resumes a body that was interrupted after bytes of it have gone out: the next origins, and at last the
// same one again, are asked for the rest. What they send is used only where it is of the same version (`Resumption`);
// else the transfer ends as broken, which the client sees, and nothing is stored.

import HTTPMessage
import NIOCore

extension Exchange {
    /// The most times one body is resumed.
    static let maximumResumes = 3

    /// The attempt whose body goes out has ended.
    func deliveringEnded(_ attempt: Attempt, _ error: OriginError?) {
        if let error {
            if canBeResumed(after: error) { return askForRest(after: attempt, error) }
            return fail(error)
        }
        guard bytesToSkip == 0, resumes == 0 || resumption?.isComplete != false else {
            return fail(attempt.fault(.truncated, "receive body", detail: "the rest is shorter than was told"))
        }
        isComplete = true
        flush()
    }

    private func canBeResumed(after error: OriginError) -> Bool {
        guard let resumption, resumption.isPossible, resumes < Self.maximumResumes else { return false }
        switch error.kind {
        case .reset, .truncated, .stalled, .malformed, .fileSystem, .connectTimeout, .unreachable: return true
        default: return false
        }
    }

    /// Asks the others in their order, then the one that was interrupted.
    private func askForRest(after attempt: Attempt, _ error: OriginError) {
        guard let resumption else { return fail(error) }
        resumes += 1
        bytesToSkip = 0
        delivering = nil
        brokenOff = error
        let failed = attempt.lane.origin.index
        order = AskingOrder(engine.origins(of: request).filter { $0 != failed } + [failed])
        request = request.changing { $0 = resumption.fields(from: $0) }
        engine.later(.askNext(self))
    }

    /// An origin has answered the request for the rest: its body is the rest, or the next is asked; inside libcurl.
    func resume(with attempt: Attempt, _ head: ReceivedHead) {
        guard let skip = resumption?.resume(with: head, from: attempt.lane.origin.index) else {
            engine.later(.drop(attempt))
            engine.later(.askNext(self))
            return
        }
        attempt.lane.counters.update { $0.resumed += 1 }
        bytesToSkip = skip
        delivering = attempt
    }
}

// Value. How far a fill is.

import HTTPCaching
import HTTPMessage
import Origins

enum FillPhase {
    /// A response that is passed on.
    struct Answer {
        let head: FillHead
        /// False if it is for its leader alone: each follower asks for itself.
        let isShared: Bool
    }

    /// In the table; its leader looks at the store once more. Next: waiting, abandoned.
    case entered
    /// The store has changed since its leader looked: nothing was asked. Final.
    case abandoned
    /// The origins were asked, perhaps twice. Next: prepared, receiving, notModified, failed.
    case waiting
    /// The head is in, and the body may follow; readers wait until an invalidation is on the disk. Next: receiving or
    /// complete, failed.
    case prepared(Answer, isComplete: Bool)
    /// Next: complete, interrupted.
    case receiving(Answer)
    /// Final.
    case complete(Answer)
    /// The body ended before its end. Final.
    case interrupted(Answer, isHeldUp: Bool)
    /// An origin said 304: the stored response is served. If there is a refusal, it must not be stored any more and is for its
    /// leader alone. The leader alone gets `own`, fields of the 304. Final.
    indirect case notModified(Stored, Storability.Refusal?, own: Fields)
    /// No head came. Final.
    indirect case failed(OriginError)

    /// The response, once readers may have it.
    var answer: Answer? {
        switch self {
        case .receiving(let answer), .complete(let answer), .interrupted(let answer, _): answer
        case .entered, .abandoned, .waiting, .prepared, .notModified, .failed: nil
        }
    }

    /// Nothing more comes of the origins.
    var isOver: Bool {
        switch self {
        case .entered, .waiting, .prepared(_, isComplete: false), .receiving: false
        case .abandoned, .prepared, .complete, .interrupted, .notModified, .failed: true
        }
    }

    /// How far it is, as readers see it.
    var progress: Fill.Progress {
        switch self {
        case .entered, .waiting, .prepared: .waiting
        case .abandoned: .abandoned
        case .receiving(let answer), .complete(let answer), .interrupted(let answer, _):
            answer.isShared ? .head(answer.head) : .alone(answer.head)
        case .notModified(let stored, let refusal, let own): .notModified(stored, refusal, own: own)
        case .failed(let error): .failed(error)
        }
    }
}

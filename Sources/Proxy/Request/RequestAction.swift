// Values. The actions that `RequestTask` performs for `RequestState`, and the results that it reports.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime
import Store

/// Small: cases with much to carry are indirect, and those of a plain miss have little.
enum RequestAction {
    /// Nothing until the fill has more news.
    case wait

    // The store.

    /// Look the store up; `found` follows.
    case lookUp
    /// The index is still loading: look the key up on the disk; `found` follows.
    case find
    /// Determine which candidate the request selects; `selected` follows.
    case select([Candidate])
    /// Read the record of a candidate; `read` follows.
    indirect case read(Candidate)
    /// Read which target another variant was fetched for; `learned` follows.
    indirect case readSibling(Candidate)
    /// Read the body of a stored part, then join a fill that completes it, or one of the whole where it cannot be read.
    indirect case readPart(Stored, StoredResponse, ForwardReason)

    // The origins. A request that has a fill leaves it first.

    /// Lead or follow the fill of the key. The request is counted as a miss unless `isCounted`.
    case join(Fill.Purpose, ForwardReason, isCounted: Bool)
    /// Ask the origin for this client alone. The request is counted as a pass unless `isCounted`.
    case pass(ForwardReason, isCounted: Bool)

    // The response.

    case serve(StoredAnswer)
    /// Serve, and validate in the background.
    case serveAndValidate(StoredAnswer)
    /// Serve what the fill brings.
    case relay(FillHead)
    /// No origin could answer.
    indirect case fail(OriginError)
    /// Refuse with a text of larder's own.
    indirect case refuse(Refusal)
}

/// A stored response that is to be served, and why.
struct StoredAnswer {
    let stored: Stored
    let outcome: LogRecord.Outcome
    /// Why it is served although it is stale.
    let stale: StaleReason?
    /// Why it is not stored any more.
    let refusal: Storability.Refusal?
    /// The status of the origin that was asked first; nil where none was, or where none answered.
    let forwardStatus: Int?

    init(
        _ stored: Stored,
        _ outcome: LogRecord.Outcome,
        stale: StaleReason? = nil,
        refusal: Storability.Refusal? = nil,
        forwardStatus: Int? = nil
    ) {
        self.stored = stored
        self.outcome = outcome
        self.stale = stale
        self.refusal = refusal
        self.forwardStatus = forwardStatus
    }
}

/// What reading the record of a candidate came to.
enum RecordRead {
    case selected(Stored)
    /// The lookup table compares hashes; the record's text is of another variant.
    case otherVariant
    case absent
    case unreadable
}

/// What `RequestState` wants to know of a fill; tests bring their own.
protocol FollowedFill {
    var progress: Fill.Progress { get }
    var began: Instant { get }
    /// The path and query that the origins were asked for.
    var target: String { get }
    /// All bytes are in, and the store has them or is about to.
    var isStored: Bool { get }
    /// All bytes are in, and the store does not have them yet.
    var isSettling: Bool { get }
    func variantKey(_ names: [String]) -> String
}

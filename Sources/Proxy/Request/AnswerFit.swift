// Value. Whether what a fill brings is an answer to a request that leads or follows it. Pure.

import HTTPCaching
import HTTPMessage
import NIOCore
import Store

/// What a fill's head is to a request.
enum AnswerFit {
    /// It is the answer.
    case fits
    /// It stands for an origin that fails, and the stored response may be served in its place (RFC 5861 §4).
    case replaceable
    /// It holds for one spelling of the path alone, and not for this request's.
    case ofOtherSpelling
    /// It is of another variant; the URI varies by these fields (RFC 9111 §4.1).
    case ofOtherVariant([String])
    /// It was asked for before the request arrived, and may not be reused (RFC 9111 §4).
    case tooOld
    /// It is another client's part.
    case otherPart
}

/// A request that waits for a fill.
struct WaitingRequest<Followed: FollowedFill> {
    let request: ClientRequest
    let role: RequestState.Role?
    /// The stored response that the request selects.
    let stored: Stored?
    let fill: Followed
    let now: WallTime

    private var isLeader: Bool { role == .leader || role == .pass }

    /// What a head is to the request; `variantKey` names the variant that it selects by some fields.
    func fit(of head: FillHead, _ variantKey: ([String]) -> String) -> AnswerFit {
        if isReplaceable(head) { return .replaceable }
        if isOfOtherSpelling(head) { return .ofOtherSpelling }
        if !isLeader, case .names(let names) = head.vary, variantKey(names) != fill.variantKey(names) {
            return .ofOtherVariant(names)
        }
        if case .storable(let facts) = head.storability, !maySatisfy(facts) { return .tooOld }
        guard head.status != 206 || role == .pass || request.isAnswered(by: head, isLeader: isLeader) else {
            return .otherPart
        }
        return .fits
    }

    /// Whether an answer was asked for after the request had arrived, or may be reused for it (RFC 9111 §4).
    func maySatisfy(_ answer: StoredFacts) -> Bool {
        guard !isLeader, fill.began < request.arrived else { return true }
        let plan = Planner.plan(
            request.facts,
            stored: answer,
            anyVariantStored: true,
            now: now,
            rules: request.route.rules
        )
        return switch plan {
        case .serve: true
        // Served from the store, it is validated in the background as well.
        case .serveStaleAndValidate: !fill.isStored
        default: false
        }
    }

    private func isReplaceable(_ head: FillHead) -> Bool {
        guard head.isFailure, let stored else { return false }
        return request.mayServeStale(stored, at: now)
    }

    private func isOfOtherSpelling(_ head: FillHead) -> Bool {
        request.route.foldsCase && !Spelling.isShared(head.status) && fill.target != request.ownTarget
    }
}

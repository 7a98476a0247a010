// Value. What an origin's response means for a fill: decided here from the fill's purpose and the response, done by
// `FillReceiver`.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins

enum AnswerDecision {
    /// A new response: it is passed on, and stored if it may be.
    case deliver
    /// The part that was missing, or a part of it: it is passed on together with the stored one.
    case combine(Combination)
    /// The stored response is still good.
    case freshen(Stored)
    /// A HEAD was answered: the response says something about a stored one, and is passed on.
    case update(Stored)
    /// An unsafe method was answered: the response is passed on once what it makes unusable is so.
    case invalidate(Invalidation)
    /// It is about something else than what is stored: the whole is requested (RFC 9111 §4.3.3).
    case retry
    case fail(OriginError)

    /// Decides about a response to `request`, or to a second request (`isRetry`).
    ///
    /// `origin` is the identity of the origin; it is needed for parts only.
    static func decide(
        _ response: OriginResponse,
        for purpose: Fill.Purpose,
        _ request: OriginRequest,
        isRetry: Bool,
        origin: @autoclosure () -> UInt32
    ) -> AnswerDecision {
        var retry: AnswerDecision {
            isRetry ? .fail(OriginError(kind: .malformed, operation: "validate", subject: request.target)) : .retry
        }
        switch (purpose, response.status) {
        case (.validate(let stored), 304):
            let isMatch = Freshening.matches(storedFields: stored.fields, notModifiedFields: response.fields)
            return isMatch ? .freshen(stored) : retry
        case (.fill, 304):
            // No condition was sent: it stands for nothing that is here, and a client could make nothing of it.
            let detail = "a 304 to a request without a condition"
            return .fail(OriginError(kind: .malformed, operation: "fill", subject: request.target, detail: detail))
        case (.complete, 412), (.complete, 416): return retry
        case (.complete(let stored, let body), 206):
            let isSameOrigin = origin() == stored.facts.origin
            if let combined = Combination(stored, body, with: response, isSameOrigin: isSameOrigin) {
                return .combine(combined)
            }
            // The part is of another version, so it cannot be joined with what is stored.
            return isRetry ? .deliver : .retry
        case (.pass(.updates(let stored)), _):
            // What one person's connection says changes nothing for the others.
            let isPersonal = ConnectionIdentity.isCarried(by: request.fields, or: response.fields)
            return isPersonal ? .deliver : .update(stored)
        case (.pass(.invalidates(let invalidation)), _): return .invalidate(invalidation)
        case (.fill, _), (.validate, _), (.complete, _), (.pass, _): return .deliver
        }
    }
}

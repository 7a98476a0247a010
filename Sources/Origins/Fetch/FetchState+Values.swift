// Values. The phases, the responses and the actions of `FetchState`.

import HTTPMessage
import NIOCore

extension FetchState {
    /// When a request was sent and its head received, by the wall clock.
    struct Times {
        let request: WallTime
        let response: WallTime
    }

    /// A response that a better one may replace: 429, 5xx, a 404 or 410 from an origin that is not authoritative, a copy older
    /// than the stored one.
    ///
    /// A class, as `Body`: a phase with the whole of it inside would be copied at each event. Its fetch is its only owner.
    final class Held {
        let source: Source
        let head: ReceivedHead
        let rank: AskingOrder.Rank
        let isOutdated: Bool
        let times: Times
        var body: [ByteBuffer] = []
        var bytes: Int64 = 0
        var trailers = Fields()
        var isComplete = false

        init(source: Source, head: ReceivedHead, rank: AskingOrder.Rank, isOutdated: Bool, times: Times) {
            (self.source, self.head, self.rank) = (source, head, rank)
            (self.isOutdated, self.times) = (isOutdated, times)
        }
    }

    /// A body on its way to the receiver.
    final class Body {
        /// The head that announced the body; nil if the body may not be resumed.
        let head: ReceivedHead?
        /// How the body is resumed; nil until it is interrupted.
        var resumption: Resumption?
        /// The part that was held and is not delivered yet.
        var backlog: ArraySlice<ByteBuffer> = []
        var trailers = Fields()
        var isComplete = false
        /// Why the body was interrupted last.
        var interruption: OriginError?

        init(resumableFrom head: ReceivedHead?) { self.head = head }
    }

    /// What a fetch is doing.
    enum Phase {
        /// The receiver has no response yet.
        case asking(Sources, Held?)
        /// The receiver gets the response of this source.
        case delivering(Source, Body)
        /// The body was interrupted; these sources are asked for the rest.
        case resuming(Sources, Body)
        case ended
    }

    /// A response that the receiver gets now.
    struct Response {
        let source: Source
        let head: ReceivedHead
        let times: Times
        let isDefinitive: Bool
        /// Whether parts of its body were held.
        let wasHeld: Bool
        /// The held response that it replaces.
        var replaced: Source?
        /// Attempts that were too late.
        var overtaken: Sources = []
    }

    /// What the owner does next.
    enum Action {
        case none
        /// Ask this origin at once.
        case ask(Int)
        /// At the end of the turn, end these attempts; then ask the next origin.
        case askNext(dropping: UInt64?)
        /// At the end of the turn, end this attempt.
        case drop(UInt64)
        case respond(Response)
        /// The body continues with this source; end the others at the end of the turn.
        case resumed(Source, dropping: Sources)
        /// Ask for the rest of the body from its source, then ask the next origin at the end of the turn.
        case askForRest(Resumption)
        /// The body is complete: deliver what is held, then finish.
        case flush
        /// The body is complete and shorter than the first response announced.
        case tooShort
        /// Fail with this error; nil if every origin was passed over.
        case fail(OriginError?)
    }

    /// What happens to bytes of a body.
    enum Reception {
        case deliver
        case held
        /// No room now: the transport keeps them.
        case refused
    }
}

// Value. Decides what becomes of one request: which origin is asked next, which response the receiver gets, and how an
// interrupted body is resumed. `OriginFetch` owns it, reports events and performs the actions. Pure: no clock, no I/O.
// Invariants: the receiver gets one response; at most two attempts are in progress before it (the second is the hedge), one
// response is held, and one attempt delivers; after `ended` every event is ignored.

import HTTPMessage
import NIOCore
import Runtime

/// The state of a request to a list of origins.
///
/// Noncopyable: a call on a copyable one would copy it first.
struct FetchState: ~Copyable {
    /// The limit in bytes of a held response's body in memory; the rest stays in its connection.
    static let maximumHeld = 256 * 1024
    /// How often one body is resumed.
    static let maximumResumes = 3

    private(set) var phase = Phase.asking([], nil)
    private(set) var tried: [OriginAttempt] = []
    private(set) var isPaused = false
    /// When the next origin is asked as well, if the first is silent until then.
    var hedgeDue: Instant?
    private var order: AskingOrder
    private let method: String
    private let isResumable: Bool
    private var lastError: OriginError?
    private var resumes = 0
    /// Whether bytes that were held wait for the receiver.
    private var hasBacklog = false
    /// The bytes that the receiver has had.
    private var received: Int64 = 0
    /// The bytes of the source that the receiver has had from another.
    private var bytesToSkip: Int64 = 0

    /// Starts without an attempt.
    ///
    /// - Parameters:
    ///   - order: The origins that may be asked.
    ///   - method: The method of the request.
    ///   - isResumable: Whether an interrupted body may be resumed.
    init(_ order: AskingOrder, method: String, isResumable: Bool) {
        (self.order, self.method, self.isResumable) = (order, method, isResumable)
    }

    // MARK: Asking

    /// Whether it has ended.
    var hasEnded: Bool {
        if case .ended = phase { true } else { false }
    }

    /// Whether interim responses of an attempt are for the receiver.
    func forwardsInterim(of attempt: UInt64) -> Bool {
        if case .asking(let sources, _) = phase { sources.first?.attempt == attempt } else { false }
    }

    /// The attempt that is asking, if it is the only one.
    var onlyAsking: Source? {
        switch phase {
        case .asking(let sources, _), .resuming(let sources, _): sources.only
        case .delivering, .ended: nil
        }
    }

    /// Whether a hedge would make sense for the only attempt.
    var mayHedge: Bool {
        guard case .asking(let sources, _) = phase else { return false }
        return sources.only != nil && order.hasNext
    }

    /// An attempt begins to ask its origin.
    mutating func began(_ source: Source) {
        switch phase {
        case .asking(var sources, let held):
            sources.append(source)
            phase = .asking(sources, held)
        case .resuming(var sources, let body):
            sources.append(source)
            phase = .resuming(sources, body)
        case .delivering, .ended: preconditionFailure("only a fetch that needs a response asks an origin")
        }
    }

    /// The next origin is due.
    ///
    /// - Parameters:
    ///   - hasFallback: Whether the sender has a stored response to serve instead.
    ///   - isAvailable: Whether an origin is worth asking; called at most once for each.
    ///   - lastResort: Whether an unavailable origin may be asked when all others have been; called at most once for each.
    mutating func next(
        hasFallback: Bool,
        isAvailable: (Int) -> Bool,
        lastResort: (_ origin: Int, _ mayInsist: Bool) -> Bool
    ) -> Action {
        let held: Held?
        switch phase {
        case .asking(let sources, let response) where sources.isEmpty: held = response
        case .resuming(let sources, _) where sources.isEmpty: held = nil
        default: return .none
        }
        let mayInsist = held == nil && !hasFallback
        var skipped: [Int] = []
        let next = order.next { origin in
            if isAvailable(origin) { return true }
            skipped.append(origin)
            return false
        } lastResort: {
            lastResort($0, mayInsist)
        }
        for origin in skipped { tried.append(OriginAttempt(origin: origin, outcome: .skipped)) }
        if let next { return .ask(next) }
        if let held { return deliver(held) }
        if case .resuming(_, let body) = phase { return .fail(body.interruption) }
        return .fail(lastError)
    }

    /// Another origin may be asked while the first is still silent.
    mutating func hedge(isAvailable: (Int) -> Bool) -> Action {
        order.next(isAvailable: isAvailable).map { .ask($0) } ?? .none
    }

    // MARK: Responses

    /// An attempt has its final head.
    ///
    /// - Parameters:
    ///   - attempt: The attempt.
    ///   - head: The head.
    ///   - isOutdated: Whether the response is a copy older than the stored one.
    ///   - times: When the request was sent and the head received, by the wall clock.
    mutating func answered(_ attempt: UInt64, _ head: ReceivedHead, isOutdated: Bool, times: Times) -> Action {
        switch phase {
        case .asking(var sources, let held):
            guard let source = sources.remove(attempt) else { return .none }
            tried.append(OriginAttempt(origin: source.origin, outcome: .answered(head.status)))
            let rank = isOutdated ? .notHere : AskingOrder.rank(of: head.status)
            let isWorse = held.map { rank < $0.rank } ?? false
            let isBest = sources.isEmpty && !order.hasNext && !isWorse
            guard rank.isFinal(isAuthoritative: source.isAuthoritative) || isBest else {
                let response = Held(
                    source: source,
                    head: head,
                    rank: rank,
                    isOutdated: isOutdated,
                    times: times
                )
                phase = .asking(sources, isWorse ? held : response)
                let dropped = isWorse ? attempt : held?.source.attempt
                return sources.isEmpty ? .askNext(dropping: dropped) : dropped.map { .drop($0) } ?? .none
            }
            for late in sources { tried.append(OriginAttempt(origin: late.origin, outcome: .overtaken)) }
            var response = begin(source, head, isOutdated: isOutdated, times, wasHeld: false)
            (response.replaced, response.overtaken) = (held?.source, sources)
            return .respond(response)
        case .resuming(var sources, let body):
            guard let source = sources.remove(attempt) else { return .none }
            guard let skip = body.resumption?.resume(with: head, from: source.origin) else {
                phase = .resuming(sources, body)
                return .askNext(dropping: attempt)
            }
            bytesToSkip = skip
            phase = .delivering(source, body)
            return .resumed(source, dropping: sources)
        case .delivering, .ended: return .none
        }
    }

    /// The best response there was.
    private mutating func deliver(_ held: Held) -> Action {
        let response = begin(held.source, held.head, isOutdated: held.isOutdated, held.times, wasHeld: true)
        guard case .delivering(_, let body) = phase else { return .none }
        (body.backlog, body.trailers, body.isComplete) = (held.body[...], held.trailers, held.isComplete)
        (received, hasBacklog) = (held.bytes, !held.body.isEmpty)
        return .respond(response)
    }

    private mutating func begin(
        _ source: Source,
        _ head: ReceivedHead,
        isOutdated: Bool,
        _ times: Times,
        wasHeld: Bool
    ) -> Response {
        phase = .delivering(source, Body(resumableFrom: isResumable ? head : nil))
        return Response(
            source: source,
            head: head,
            times: times,
            isDefinitive: isDefinitive(head, from: source, isOutdated: isOutdated),
            wasHeld: wasHeld
        )
    }

    /// Whether no origin that could not be asked might have a better response.
    private func isDefinitive(_ head: ReceivedHead, from source: Source, isOutdated: Bool) -> Bool {
        if isOutdated { return false }
        guard AskingOrder.rank(of: head.status) == .notHere, !source.isAuthoritative else { return true }
        return tried.allSatisfy { attempt in
            if case .answered(let status) = attempt.outcome { AskingOrder.rank(of: status) != .trouble } else { false }
        }
    }

    // MARK: Bodies

    /// Bytes of an attempt's body have come.
    ///
    /// - Parameter bytes: The bytes; afterwards those that the receiver has not had, possibly none.
    mutating func receive(_ bytes: inout ByteBuffer, from attempt: UInt64) -> Reception {
        switch phase {
        case .delivering(let source, _) where source.attempt == attempt:
            guard !isPaused, !hasBacklog else { return .refused }
            if bytesToSkip > 0 {
                let skipped = Int(min(bytesToSkip, Int64(bytes.readableBytes)))
                bytes.moveReaderIndex(forwardBy: skipped)
                bytesToSkip -= Int64(skipped)
            }
            received += Int64(bytes.readableBytes)
            return .deliver
        case .asking(_, let held?) where held.source.attempt == attempt:
            guard held.bytes + Int64(bytes.readableBytes) <= Self.maximumHeld else { return .refused }
            held.bytes += Int64(bytes.readableBytes)
            held.body.append(bytes)
            return .held
        default: return .refused
        }
    }

    /// An attempt's trailer section has come; no more bytes of it follow.
    mutating func receiveTrailers(_ fields: Fields, from attempt: UInt64) {
        guard !fields.isEmpty else { return }
        switch phase {
        case .delivering(let source, let body) where source.attempt == attempt: body.trailers = fields
        case .asking(_, let held?) where held.source.attempt == attempt: held.trailers = fields
        default: break
        }
    }

    /// The receiver takes no more bytes for now.
    mutating func pause() {
        isPaused = true
    }

    /// The receiver takes bytes again.
    ///
    /// - Returns: Whether it had paused.
    mutating func resume() -> Bool {
        guard !hasEnded, isPaused else { return false }
        isPaused = false
        return true
    }

    /// The next bytes that were held; nil if there are none, or the receiver has paused.
    mutating func nextBacklog() -> ByteBuffer? {
        guard hasBacklog, !isPaused else { return nil }
        switch phase {
        case .delivering(_, let body), .resuming(_, let body):
            let bytes = body.backlog.popFirst()
            hasBacklog = !body.backlog.isEmpty
            return bytes
        case .asking, .ended: return nil
        }
    }

    /// The trailers of a body that is delivered to its end; nil if it is not.
    var deliveredTrailers: Fields? {
        guard !hasBacklog, case .delivering(_, let body) = phase, body.isComplete else { return nil }
        return body.trailers
    }

    /// The attempt whose body the receiver gets.
    var delivering: UInt64? {
        if case .delivering(let source, _) = phase { source.attempt } else { nil }
    }

    /// Whether the source of the body may send more.
    var wantsMore: Bool {
        guard !isPaused, case .delivering(_, let body) = phase else { return false }
        return !body.isComplete
    }

    // MARK: Ends

    /// An attempt has ended.
    ///
    /// - Parameters:
    ///   - attempt: The attempt.
    ///   - error: nil if its response is complete.
    ///   - silence: The error of an attempt that ended without a response and without an error.
    ///   - origins: The origins that may have the rest of an interrupted body.
    mutating func ended(
        _ attempt: UInt64,
        _ error: OriginError?,
        silence: @autoclosure () -> OriginError,
        origins: () -> [Int]
    ) -> Action {
        switch phase {
        case .delivering(let source, let body) where source.attempt == attempt:
            if let error { return interrupted(source, body, error, origins) }
            body.resumption?.received = received
            guard bytesToSkip == 0, resumes == 0 || body.resumption?.isComplete != false else { return .tooShort }
            body.isComplete = true
            return .flush
        case .asking(let sources, let held?) where held.source.attempt == attempt:
            // A held response that was interrupted is not a response.
            if error != nil { lastError = error }
            held.isComplete = true
            phase = .asking(sources, error == nil ? held : nil)
            return .none
        case .asking(var sources, let held):
            guard let source = sources.remove(attempt) else { return .none }
            phase = .asking(sources, held)
            return failed(source, error ?? silence())
        case .resuming(var sources, let body):
            guard let source = sources.remove(attempt) else { return .none }
            phase = .resuming(sources, body)
            return failed(source, error ?? silence())
        case .delivering, .ended: return .none
        }
    }

    private mutating func failed(_ source: Source, _ error: OriginError) -> Action {
        lastError = error
        tried.append(OriginAttempt(origin: source.origin, outcome: .failed(error.kind)))
        return .askNext(dropping: nil)
    }

    /// Asks the others in their order, then the one that was interrupted.
    private mutating func interrupted(
        _ source: Source,
        _ body: Body,
        _ error: OriginError,
        _ origins: () -> [Int]
    ) -> Action {
        if body.resumption == nil, let head = body.head {
            body.resumption = Resumption(method: method, head, from: source.origin)
        }
        body.resumption?.received = received
        guard let resumption = body.resumption, resumption.isPossible, resumes < Self.maximumResumes,
            Self.canResume(after: error.kind)
        else { return .fail(error) }
        body.interruption = error
        resumes += 1
        bytesToSkip = 0
        order = AskingOrder(origins().filter { $0 != source.origin } + [source.origin])
        phase = .resuming([], body)
        return .askForRest(resumption)
    }

    private static func canResume(after kind: OriginError.Kind) -> Bool {
        switch kind {
        case .reset, .truncated, .stalled, .malformed, .fileSystem, .connectTimeout, .unreachable: true
        default: false
        }
    }

    /// Ends it.
    ///
    /// - Returns: Its attempts that are in progress.
    mutating func end() -> (asking: Sources, other: Source?) {
        defer { phase = .ended }
        switch phase {
        case .asking(let sources, let held): return (sources, held?.isComplete == true ? nil : held?.source)
        case .delivering(let source, let body): return ([], body.isComplete ? nil : source)
        case .resuming(let sources, _): return (sources, nil)
        case .ended: return ([], nil)
        }
    }
}

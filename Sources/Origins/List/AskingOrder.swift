// Value. Which origin a request asks next, and which answers end the asking. Pure.
// Order: the list's; origins left alone for their failures come last, and only while there is no answer at all.

/// The origins one request has yet to ask.
struct AskingOrder {
    private var waiting: ArraySlice<Int>
    private var passedOver: ArraySlice<Int> = []

    /// The origins of a list in order.
    init(_ origins: some Sequence<Int>) {
        waiting = ArraySlice(origins)
    }

    /// Whether an answer that is not final may still be bettered.
    var hasNext: Bool { !waiting.isEmpty }

    /// The next origin to ask.
    ///
    /// - Parameters:
    ///   - hasAnswer: Whether an origin has answered, if only "not here".
    ///   - mayAsk: Whether an origin is worth asking now; called at most once an origin.
    /// - Returns: The next origin, or nil when none is left.
    mutating func next(hasAnswer: Bool, mayAsk: (Int) -> Bool) -> Int? {
        while let candidate = waiting.popFirst() {
            if mayAsk(candidate) { return candidate }
            passedOver.append(candidate)
        }
        return hasAnswer ? nil : passedOver.popFirst()
    }

    /// Whether an answer is what the client gets, however many origins are left.
    static func isFinal(status: Int, isAuthoritative: Bool) -> Bool {
        switch status {
        case 404, 410: isAuthoritative
        case 500...: false
        default: true
        }
    }
}

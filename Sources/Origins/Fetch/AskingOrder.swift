// Value. Which origin a request asks next, and which responses end the asking. Pure.
// The order is that of the list, with the preferred origin first. Origins with an open circuit breaker come last, and only while
// there is no response at all.

/// The origins one request has yet to ask.
struct AskingOrder {
    private var waiting: ArraySlice<Int>
    private var passedOver: ArraySlice<Int> = []

    /// The origins of a list in order; `preferred`, if it is one of them, first.
    init(_ origins: [Int], preferred: Int? = nil) {
        waiting = Self.order(origins, preferred)[...]
    }

    private static func order(_ origins: [Int], _ preferred: Int?) -> [Int] {
        guard let preferred, origins.contains(preferred) else { return origins }
        return [preferred] + origins.filter { $0 != preferred }
    }

    /// Whether an origin is left that may give a better response.
    var hasNext: Bool { !waiting.isEmpty }

    /// The next origin to ask.
    ///
    /// - Parameters:
    ///   - isAvailable: Whether an origin is worth asking now; called at most once for each.
    ///   - lastResort: Whether an unavailable origin may be asked nevertheless; called when all others have been asked, and at
    ///     most once for each.
    /// - Returns: The next origin, or nil when none is left.
    mutating func next(isAvailable: (Int) -> Bool, lastResort: (Int) -> Bool) -> Int? {
        if let candidate = next(isAvailable: isAvailable) { return candidate }
        while let candidate = passedOver.popFirst() {
            if lastResort(candidate) { return candidate }
        }
        return nil
    }

    /// The next origin to ask in parallel; unavailable ones remain as a last resort in case the first fails.
    ///
    /// - Parameter isAvailable: As above.
    /// - Returns: The next origin, or nil if no available one is left.
    mutating func next(isAvailable: (Int) -> Bool) -> Int? {
        while let candidate = waiting.popFirst() {
            if isAvailable(candidate) { return candidate }
            passedOver.append(candidate)
        }
        return nil
    }

    /// What a response is worth compared with another.
    enum Rank: Comparable {
        /// The origin cannot cope: 429 and 5xx.
        case trouble
        /// Not here: 404 and 410.
        case notHere
        case answer

        /// Whether the client gets the response, however many origins are left.
        func isFinal(isAuthoritative: Bool) -> Bool {
            switch self {
            case .answer: true
            case .notHere: isAuthoritative
            case .trouble: false
            }
        }
    }

    /// What a status says about the origin and the picture.
    static func rank(of status: Int) -> Rank {
        switch status {
        case 404, 410: .notHere
        case 429, 500...: .trouble
        default: .answer
        }
    }
}

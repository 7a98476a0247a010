// Value. The attempts of one fetch that are in progress: one, or two while a hedge runs. Kept in place, since an array of them
// would be allocated at each change.

extension FetchState {
    /// An attempt of this fetch, and the origin that it asks.
    struct Source: Equatable {
        let attempt: UInt64
        let origin: Int
        let isAuthoritative: Bool
    }

    /// At most two attempts, in the order in which they began.
    struct Sources: Equatable, Sequence, IteratorProtocol, ExpressibleByArrayLiteral {
        private(set) var first: Source?
        /// nil if `first` is.
        private var second: Source?

        init(arrayLiteral elements: Source...) {
            for element in elements { append(element) }
        }

        var isEmpty: Bool { first == nil }

        /// The attempt, if there is exactly one.
        var only: Source? { second == nil ? first : nil }

        mutating func append(_ source: Source) {
            if first == nil {
                first = source
            } else {
                precondition(second == nil, "a fetch has at most two attempts in progress")
                second = source
            }
        }

        /// Removes an attempt; nil if it is not one of these.
        mutating func remove(_ attempt: UInt64) -> Source? {
            if let source = second, source.attempt == attempt {
                second = nil
                return source
            }
            guard let source = first, source.attempt == attempt else { return nil }
            (first, second) = (second, nil)
            return source
        }

        /// Removes the first, as iterators do.
        mutating func next() -> Source? { first.flatMap { remove($0.attempt) } }
    }
}

// Value. Which fields of a request need more than the short way.
//
// Set by RequestParser while it scans names; the connection then chooses between the short way and building `Fields`.
// Invariant: a mark means that the field is present, not that its value is well formed.

extension RequestHead {
    /// The fields and forms of a request that a plain GET does not have, one bit each.
    public struct Marks: OptionSet, Sendable, Hashable {
        /// The bits.
        public let rawValue: UInt32

        /// Makes a set of its bits.
        ///
        /// - Parameter rawValue: The bits.
        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Range.
        public static let range = Marks(rawValue: 1 << 0)
        /// If-Range.
        public static let ifRange = Marks(rawValue: 1 << 1)
        /// If-None-Match.
        public static let ifNoneMatch = Marks(rawValue: 1 << 2)
        /// If-Modified-Since.
        public static let ifModifiedSince = Marks(rawValue: 1 << 3)
        /// If-Match.
        public static let ifMatch = Marks(rawValue: 1 << 4)
        /// If-Unmodified-Since.
        public static let ifUnmodifiedSince = Marks(rawValue: 1 << 5)
        /// Cache-Control.
        public static let cacheControl = Marks(rawValue: 1 << 6)
        /// Pragma.
        public static let pragma = Marks(rawValue: 1 << 7)
        /// Authorization.
        public static let authorization = Marks(rawValue: 1 << 8)
        /// Cookie.
        public static let cookie = Marks(rawValue: 1 << 9)
        /// Accept, Accept-Encoding, Accept-Language or Accept-Charset.
        public static let accept = Marks(rawValue: 1 << 10)
        /// Upgrade.
        public static let upgrade = Marks(rawValue: 1 << 11)
        /// TE.
        public static let te = Marks(rawValue: 1 << 12)
        /// Connection with an option other than close and keep-alive.
        public static let connectionOptions = Marks(rawValue: 1 << 13)
        /// Via.
        public static let via = Marks(rawValue: 1 << 14)
        /// CDN-Loop.
        public static let cdnLoop = Marks(rawValue: 1 << 15)
        /// Max-Forwards.
        public static let maxForwards = Marks(rawValue: 1 << 16)
        /// Cache-Status.
        public static let cacheStatus = Marks(rawValue: 1 << 17)
        /// Expect with anything but 100-continue.
        public static let otherExpectation = Marks(rawValue: 1 << 18)
        /// The target was in absolute form; `fields(in:)` puts its authority in the place of Host.
        public static let absoluteForm = Marks(rawValue: 1 << 19)
        /// The target is `*`.
        public static let asterisk = Marks(rawValue: 1 << 20)
        /// Host, whether or not it is empty.
        public static let host = Marks(rawValue: 1 << 21)
        /// Trailer.
        public static let trailer = Marks(rawValue: 1 << 22)

        /// The marks that may make the response to a GET differ from the stored response.
        public static let shapesReuse: Marks = [
            .range, .ifRange, .ifNoneMatch, .ifModifiedSince, .ifMatch, .ifUnmodifiedSince, .cacheControl, .pragma,
            .authorization, .otherExpectation, .asterisk,
        ]
    }
}

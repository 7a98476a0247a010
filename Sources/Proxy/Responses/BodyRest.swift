// Value. Whether an interrupted body can be resumed from the origin: only bytes of the same version may follow those
// that the client has. Pure.

import HTTPCaching
import HTTPMessage
import Store

struct BodyRest {
    private enum Phase {
        case notAsked
        /// The origin was asked for these offsets.
        case asked(Range<Int64>)
        /// The origin responded or failed.
        ///
        /// It is not asked again.
        case answered
    }

    /// The fields that were sent to the client.
    private let fields: Fields
    /// The body's complete length, if it was sent to the client.
    private let length: Int64?
    /// The stored response of the body; nil if the body comes from a fill.
    private(set) var entry: CatalogEntry?
    private var phase = Phase.notAsked
    /// The disk is only late: larder can wait for it if the origin does not help.
    private(set) var mayWait = false

    init(_ fields: Fields = Fields(), length: Int64? = nil, entry: CatalogEntry? = nil) {
        self.fields = fields
        self.length = length
        self.entry = entry
    }

    /// The origin was asked and has not responded.
    var isUnderWay: Bool { if case .asked = phase { true } else { false } }

    /// The entity tag for requesting missing offsets from the origin; nil if it was asked already, or if no strong tag
    /// identifies the version.
    func tag(for missing: Range<Int64>?) -> String? {
        guard case .notAsked = phase, missing != nil, mayJoin(fields, completeLength: length) else { return nil }
        return fields.first("ETag")
    }

    /// The origin is asked.
    mutating func ask(for missing: Range<Int64>, mayWait: Bool) {
        phase = .asked(missing)
        self.mayWait = mayWait
    }

    /// The origin responded.
    /// - Returns: The offset at which the body that follows begins; nil if it cannot be used.
    mutating func answered(_ head: FillHead) -> Int64? {
        guard case .asked(let missing) = phase else { return nil }
        phase = .answered
        if head.status == 206, let part = head.part, part.range.lowerBound <= missing.lowerBound,
            part.range.upperBound >= missing.upperBound - 1,
            mayJoin(head.fields, completeLength: part.completeLength)
        {
            entry = nil
            return part.range.lowerBound
        }
        guard head.status == 200, mayJoin(head.fields, completeLength: head.contentLength) else { return nil }
        entry = nil
        return 0
    }

    /// The origin did not respond.
    mutating func giveUp() { phase = .answered }

    /// Whether bytes of a response may follow those that the client has (RFC 9110 §15.3.7.3).
    private func mayJoin(_ other: Fields, completeLength: Int64?) -> Bool {
        let mine = Validators(fields, completeLength: length, isDateOfBytes: false)
        return mine.hasStrongTag && mine.mayJoin(Validators(other, completeLength: completeLength), isSameOrigin: true)
    }
}

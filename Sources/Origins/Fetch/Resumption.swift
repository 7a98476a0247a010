// Value. What it takes to resume an interrupted body: which bytes are wanted, and whether an answer has them of the same version
// of the representation (RFC 9110 §14, §15.3.7.3). Pure; what is the same version is said by `Validators`.
//
// No If-Range is sent: every answer is compared here before a byte of it is used, with one that ignores If-Range among them.

import HTTPMessage

/// A body under way that could be resumed.
struct Resumption: Equatable {
    /// An answer that gave bytes of the body; its fields are read only once the body is interrupted.
    private struct Source: Equatable {
        let origin: Int
        let fields: Fields
        let completeLength: Int64?

        var validators: Validators { Validators(fields, completeLength: completeLength) }
    }

    private let source: Source
    /// The answers that it was resumed with; each has to fit all before it.
    private var others: [Source] = []
    /// The first offset of the body in its representation: above 0 for a part.
    private let first: Int64
    /// The last one; nil where the origin did not tell.
    private let last: Int64?
    /// Bytes of the body so far.
    var received: Int64 = 0

    /// Looks at an answer; nil where its status or its range keeps any other from resuming it.
    ///
    /// - Parameters:
    ///   - method: The method of the request.
    ///   - head: The head of its answer.
    ///   - origin: The index of the origin that answered.
    init?(method: String, _ head: ReceivedHead, from origin: Int) {
        guard method == "GET" else { return nil }
        let completeLength: Int64?
        switch head.status {
        case 200:
            completeLength = head.contentLength
            (first, last) = (0, head.contentLength.map { $0 - 1 })
        case 206:
            guard let part = Self.part(head), let range = part.range else { return nil }
            completeLength = part.completeLength
            (first, last) = (range.lowerBound, range.upperBound)
        default: return nil
        }
        source = Source(origin: origin, fields: head.fields, completeLength: completeLength)
    }

    /// Whether bytes are missing and an answer can show that it has them of the same version.
    var isPossible: Bool { isComplete != true && source.validators.allowsJoining }

    /// Whether all of the body is there; nil where its length is not known.
    var isComplete: Bool? { last.map { received == $0 - first + 1 } }

    /// The fields of a request for the rest: no condition, but the range.
    func fields(from request: Fields) -> Fields {
        var fields = request
        for name in Self.conditions { fields.removeAll(name) }
        fields.set("Range", "bytes=\(first + received)-\(last.map(String.init) ?? "")")
        return fields
    }

    private static let conditions = [
        "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range",
    ]

    /// Takes an answer for the source of the rest.
    ///
    /// - Parameters:
    ///   - head: The head of the answer to a request for the rest.
    ///   - origin: The index of the origin that answered.
    /// - Returns: How many bytes of its body to leave out; nil where it is of another version, has not the bytes wanted, or is
    ///   one person's.
    mutating func resume(with head: ReceivedHead, from origin: Int) -> Int64? {
        // What came over one person's connection goes into nobody's store, not even as the rest of what did not.
        guard !ConnectionIdentity.isAskedFor(in: head.fields), let (completeLength, skip) = rest(in: head) else {
            return nil
        }
        let new = Source(origin: origin, fields: head.fields, completeLength: completeLength)
        let validators = new.validators
        let fitsAll = ([source] + others).allSatisfy {
            $0.validators.mayJoin(validators, isSameOrigin: $0.origin == origin)
        }
        guard fitsAll else { return nil }
        others.append(new)
        return skip
    }

    /// The complete length that an answer tells, and how many of its bytes there are already; nil where it has not exactly the rest.
    private func rest(in head: ReceivedHead) -> (completeLength: Int64?, skip: Int64)? {
        let next = first + received
        switch head.status {
        case 200:
            // The origin knows no ranges, or ignored this one: the whole ends with the rest.
            guard last.map({ $0 + 1 == source.completeLength }) ?? true else { return nil }
            guard head.contentLength.map({ next <= $0 }) ?? true else { return nil }
            return (head.contentLength, next)
        case 206:
            guard let part = Self.part(head), let range = part.range, range.lowerBound == next else { return nil }
            // Where the first answer did not tell its end, this one has to.
            guard let last = last ?? part.completeLength.map({ $0 - 1 }), last == range.upperBound else { return nil }
            return (part.completeLength, 0)
        default: return nil
        }
    }

    private static func part(_ head: ReceivedHead) -> ContentRange? {
        let values = head.fields.all("Content-Range")
        return values.count == 1 ? ContentRange.parse(values[0]) : nil
    }
}

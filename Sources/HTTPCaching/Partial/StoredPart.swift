// Value. Which part of a representation a stored or received 206 carries (RFC 9111 §3.3, §3.4).
//
// Made from the head of a 206; read by Planner's caller and by fills. Invariant: the part lies inside a complete length
// that is known; what a 206 does not say is never guessed.

public import HTTPMessage

/// One contiguous part of a representation.
public struct StoredPart: Sendable, Equatable {
    /// The offsets it has, both ends included.
    public let range: ClosedRange<Int64>
    /// The length of the whole representation.
    public let completeLength: Int64

    /// Makes a part.
    ///
    /// - Parameters:
    ///   - range: The offsets it has.
    ///   - completeLength: The length of the whole.
    public init(range: ClosedRange<Int64>, completeLength: Int64) {
        self.range = range
        self.completeLength = completeLength
    }

    /// Reads the head of a response; nil if it is no single part of a known whole.
    ///
    /// - Parameters:
    ///   - status: The status of the response.
    ///   - fields: Its fields.
    public init?(status: Int, fields: Fields) {
        guard status == 206 else {
            return nil
        }
        let values = fields.all("Content-Range")
        guard values.count == 1, let content = ContentRange.parse(values[0]),
            let range = content.range, let complete = content.completeLength
        else {
            return nil
        }
        self.init(range: range, completeLength: complete)
    }

    /// Whether it is the whole.
    public var isWhole: Bool {
        range.lowerBound == 0 && range.upperBound == completeLength - 1
    }

    /// Whether it answers a request: all its ranges lie inside, or none lies inside the whole (RFC 9111 §3.3).
    ///
    /// - Parameters:
    ///   - request: The fields of a GET.
    ///   - stored: The stored fields.
    /// - Returns: False also if the Range is to be ignored, so that the whole is requested.
    public func answers(_ request: Fields, stored: Fields) -> Bool {
        guard let wanted = request.combined("Range"),
            Conditional.ifRangeAllows(
                request: request,
                etag: stored.first("ETag"),
                lastModified: stored.first("Last-Modified"),
                date: stored.first("Date").flatMap { HTTPDate.parse($0) }
            )
        else {
            return false
        }
        switch ByteRanges.parse(wanted, length: completeLength) {
        case .ignored: return false
        case .unsatisfiable: return true
        case .ranges(let ranges):
            return ranges.allSatisfy { range.lowerBound <= $0.lowerBound && $0.upperBound <= range.upperBound }
        }
    }

    /// The Range that requests the missing bytes, or nil if they are not one range (RFC 9111 §3.4).
    public var rest: String? {
        if range.lowerBound == 0, !isWhole {
            return "bytes=\(range.upperBound + 1)-"
        }
        if range.upperBound == completeLength - 1, !isWhole {
            return "bytes=0-\(range.lowerBound - 1)"
        }
        return nil
    }

    /// The one part that this and a newer one make together, or nil if there is a gap or the wholes differ.
    ///
    /// - Parameter newer: The newer part.
    /// - Returns: Both together; where they overlap the newer bytes are used.
    public func combined(with newer: StoredPart) -> StoredPart? {
        let (old, new) = (range, newer.range)
        guard completeLength == newer.completeLength, new.lowerBound <= old.upperBound + 1,
            old.lowerBound <= new.upperBound + 1
        else {
            return nil
        }
        let range = min(old.lowerBound, new.lowerBound)...max(old.upperBound, new.upperBound)
        return StoredPart(range: range, completeLength: completeLength)
    }

    /// The validators of a stored head.
    ///
    /// Parts are combined only under the same strong entity tag.
    ///
    /// - Parameter stored: The stored fields.
    /// - Returns: The validators.
    public func validators(_ stored: Fields) -> Validators {
        Validators(stored, completeLength: completeLength, isDateOfBytes: false)
    }
}

// Value. The shape of a response as a client gets it: the whole, parts, 304 or 416. It is the one rule for every
// response that may be conditional or partial, stored or still arriving. `HitShape` decides the usual cases over bytes,
// and its tests compare it with this.

public import HTTPMessage

/// The shape of a response as a client gets it.
public enum ResponseShape: Equatable, Sendable {
    /// The response as it is.
    case whole
    /// 304: the client has it (RFC 9110 §13).
    case notModified
    /// 206 with one range (RFC 9110 §14.2).
    case part(Range<Int64>)
    /// 206 with several ranges, as `multipart/byteranges`.
    case parts([ClosedRange<Int64>])
    /// 416: no range lies inside a body of this length (RFC 9110 §15.5.17).
    case unsatisfiable(length: Int64)

    /// Decides.
    /// - Parameters:
    ///   - request: What the request says.
    ///   - fields: The request's fields.
    ///   - status: The status of the whole response.
    ///   - response: The response's fields.
    ///   - length: Bytes of its body; nil while unknown.
    ///   - isComplete: False while the body is arriving: several ranges of it are not given out of order.
    /// - Returns: The shape; preconditions come before ranges (RFC 9110 §13.2.2).
    public static func decide(
        _ request: RequestFacts,
        _ fields: Fields,
        status: Int,
        response: Fields,
        length: Int64?,
        isComplete: Bool
    ) -> ResponseShape {
        guard request.isConditional || request.isRange else { return .whole }
        let etag = response.first("ETag")
        let modified = response.first("Last-Modified")
        let date = response.first("Date").flatMap { HTTPDate.parse($0) }
        if request.isConditional {
            let outcome = Conditional.evaluate(
                method: request.method,
                request: fields,
                etag: etag,
                lastModified: modified,
                date: date,
                status: status
            )
            if outcome == .notModified { return .notModified }
        }
        guard request.isRange, status == 200, let length, let range = fields.combined("Range"),
            Conditional.ifRangeAllows(request: fields, etag: etag, lastModified: modified, date: date)
        else { return .whole }
        switch ByteRanges.parse(range, length: length) {
        case .ignored: return .whole
        case .unsatisfiable: return .unsatisfiable(length: length)
        case .ranges(let ranges):
            if ranges.count == 1, let only = ranges.first { return .part(only.lowerBound..<only.upperBound + 1) }
            return isComplete ? .parts(ranges) : .whole
        }
    }
}

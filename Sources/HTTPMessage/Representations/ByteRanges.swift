// value: the Range field of a request, resolved against a length (RFC 9110 §14.1, §14.2).
//
// Owned by HTTPMessage. Invariant: the ranges given out lie inside the representation; where more than one is asked for they do
// not overlap and are not closer than the overhead of a part, so that no request makes larder send more than it stores and a bit.

/// Reads the Range field.
public enum ByteRanges {
    /// What a Range field asks for.
    public enum Result: Sendable, Equatable {
        /// Not a range of bytes, malformed, or too many: answer with the whole representation.
        case ignored
        /// No range lies inside the representation: answer 416.
        case unsatisfiable
        /// One range or more, of offsets from 0, both ends included.
        case ranges([ClosedRange<Int64>])
    }

    /// Ranges in one request: beyond this the field is ignored, which RFC 9110 §17.15 suggests.
    public static let limit = 64
    /// Ranges with a gap below this are made one: a part's head is about as long.
    static let overhead: Int64 = 80

    /// Reads the value of Range.
    ///
    /// - Parameters:
    ///   - value: The field's value.
    ///   - length: The length of the representation in bytes.
    /// - Returns: The ranges to answer with, in the order asked for unless some were made one.
    public static func parse(_ value: String, length: Int64) -> Result {
        let bytes = Array(value.utf8)
        guard let equals = bytes.firstIndex(of: ASCII.equals), length >= 0 else {
            return .ignored
        }
        guard bytes[..<equals].map({ ASCII.lowercased($0) }) == Array("bytes".utf8) else {
            return .ignored
        }
        let members = FieldList.members(of: String(decoding: bytes[(equals + 1)...], as: UTF8.self))
        guard !members.isEmpty, members.count <= limit else {
            return .ignored
        }
        var ranges: [ClosedRange<Int64>] = []
        for member in members {
            switch resolve(member, length: length) {
            case .malformed: return .ignored
            case .outside: continue
            case .inside(let range): ranges.append(range)
            }
        }
        return ranges.isEmpty ? .unsatisfiable : .ranges(separated(ranges))
    }

    private enum Resolved {
        case malformed
        case outside
        case inside(ClosedRange<Int64>)
    }

    /// "0-499", "500-" or "-500" as offsets.
    private static func resolve(_ member: String, length: Int64) -> Resolved {
        let parts = member.utf8.split(separator: ASCII.dash, omittingEmptySubsequences: false).map { Substring($0) }
        guard parts.count == 2 else {
            return .malformed
        }
        guard !parts[0].isEmpty else {
            guard let suffix = offset(parts[1]) else {
                return .malformed
            }
            // A suffix of an empty representation is satisfiable but has no offsets: the whole of it answers.
            guard length > 0 else {
                return suffix > 0 ? .malformed : .outside
            }
            return suffix > 0 ? .inside(max(0, length - suffix)...(length - 1)) : .outside
        }
        guard let first = offset(parts[0]) else {
            return .malformed
        }
        guard let last = parts[1].isEmpty ? Int64.max : offset(parts[1]), last >= first else {
            return .malformed
        }
        return first < length ? .inside(first...min(last, length - 1)) : .outside
    }

    /// A number of any size, the largest there is where it does not fit.
    private static func offset(_ digits: Substring) -> Int64? {
        Decimal.parse(String(digits)).map { Int64(clamping: $0) }
    }

    /// The ranges as they are where they lie apart, else in order of offset with close ones made one.
    private static func separated(_ ranges: [ClosedRange<Int64>]) -> [ClosedRange<Int64>] {
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        var merged: [ClosedRange<Int64>] = []
        for range in sorted {
            guard let last = merged.last, range.lowerBound - last.upperBound <= overhead else {
                merged.append(range)
                continue
            }
            merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        }
        return merged.count == ranges.count ? ranges : merged
    }
}

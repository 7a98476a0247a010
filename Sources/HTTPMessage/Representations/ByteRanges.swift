// Value. The Range field of a request, resolved against a length (RFC 9110 §14.1, §14.2).
//
// Owned by HTTPMessage. Invariant: the resulting ranges lie inside the representation. Several ranges do not overlap
// and are farther apart than the overhead of a part, so no request makes larder send much more than it stores.

/// Reads the Range field.
public enum ByteRanges {
    /// What a Range field asks for.
    public enum Result: Sendable, Equatable {
        /// Not a range of bytes, malformed, or too many: the response is the whole representation.
        case ignored
        /// No range lies inside the representation: the response is 416.
        case unsatisfiable
        /// One range or more, of offsets from 0, both ends included.
        case ranges([ClosedRange<Int64>])
    }

    /// Ranges in one request: beyond this the field is ignored, which RFC 9110 §17.15 suggests.
    public static let limit = 64
    /// Ranges with a smaller gap are merged: a part's head is about as long.
    static let overhead: Int64 = 80

    /// One range as requested, whatever the length of the representation (RFC 9110 §14.1.2).
    public enum Spec: Sendable, Equatable {
        /// Offsets, both ends included; without a last one up to the end.
        case offsets(first: Int64, last: Int64?)
        /// So many bytes at the end.
        case suffix(Int64)
    }

    /// Reads the value of Range without a length to resolve it against.
    ///
    /// - Parameter value: The field's value.
    /// - Returns: The ranges in their order, one or more; nil if the value is not a valid list of byte ranges.
    public static func specs(_ value: String) -> [Spec]? {
        let bytes = Array(value.utf8)
        guard let equals = bytes.firstIndex(of: ASCII.equals),
            bytes[..<equals].map({ ASCII.lowercased($0) }) == Array("bytes".utf8)
        else {
            return nil
        }
        let members = FieldList.members(of: String(decoding: bytes[(equals + 1)...], as: UTF8.self))
        var specs: [Spec] = []
        for member in members {
            guard let spec = spec(member) else {
                return nil
            }
            specs.append(spec)
        }
        return specs.isEmpty ? nil : specs
    }

    /// Reads the value of Range.
    ///
    /// - Parameters:
    ///   - value: The field's value.
    ///   - length: The length of the representation in bytes.
    /// - Returns: The ranges to respond with, in the requested order unless some were merged.
    public static func parse(_ value: String, length: Int64) -> Result {
        guard length >= 0, let specs = specs(value), specs.count <= limit else {
            return .ignored
        }
        // A suffix of an empty representation is satisfiable but has no offsets: the response is the whole.
        guard length > 0 || !specs.contains(where: { $0.isSatisfiableSuffix }) else {
            return .ignored
        }
        let ranges = specs.compactMap { $0.resolved(in: length) }
        return ranges.isEmpty ? .unsatisfiable : .ranges(separated(ranges))
    }

    /// "0-499", "500-" or "-500"; nil for anything else.
    private static func spec(_ member: String) -> Spec? {
        let parts = member.utf8.split(separator: ASCII.dash, omittingEmptySubsequences: false).map { Substring($0) }
        guard parts.count == 2 else {
            return nil
        }
        guard !parts[0].isEmpty else {
            return offset(parts[1]).map { .suffix($0) }
        }
        guard let first = offset(parts[0]) else {
            return nil
        }
        guard !parts[1].isEmpty else {
            return .offsets(first: first, last: nil)
        }
        guard let last = offset(parts[1]), last >= first else {
            return nil
        }
        return .offsets(first: first, last: last)
    }

    /// A number of any size, the largest possible if it does not fit.
    private static func offset(_ digits: Substring) -> Int64? {
        Decimal.parse(String(digits)).map { Int64(clamping: $0) }
    }

    /// The ranges as they are if they are apart, else in order of offset with close ones merged.
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

extension ByteRanges.Spec {
    /// The offsets of a representation that it stands for.
    ///
    /// - Parameter length: The length of the representation in bytes, 0 or more.
    /// - Returns: The offsets, both ends included; nil if none lies inside.
    public func resolved(in length: Int64) -> ClosedRange<Int64>? {
        switch self {
        case .offsets(let first, let last):
            return first < length ? first...min(last ?? .max, length - 1) : nil
        case .suffix(let count):
            return count > 0 && length > 0 ? max(0, length - count)...(length - 1) : nil
        }
    }

    fileprivate var isSatisfiableSuffix: Bool { if case .suffix(let count) = self { count > 0 } else { false } }
}

// Value. An IPv6 address and its one spelling (RFC 4291 §2.2, RFC 5952). No zones.

/// An IPv6 address.
public struct IPv6Address: Sendable, Equatable {
    /// Its eight groups.
    private var groups: [UInt16]

    /// Reads an address; nil if the bytes are none.
    ///
    /// - Parameter text: The address in ASCII, without brackets.
    public init?(_ text: some Collection<UInt8>) {
        let text = Array(text)
        guard text.count <= 45 else { return nil }
        let parts = text.split(separator: ASCII.colon, omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return nil }
        // "::" stands for groups of zeros: as an empty part, and at either end as two.
        var (before, after): ([UInt16], [UInt16]?) = ([], nil)
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                let isEdge = index == 0 && parts[1].isEmpty || index == parts.count - 1 && parts[index - 1].isEmpty
                if isEdge { continue }
                guard after == nil, index > 0, index < parts.count - 1 else { return nil }
                after = []
                continue
            }
            guard let values = Self.values(part, isLast: index == parts.count - 1) else { return nil }
            if after == nil { before += values } else { after? += values }
        }
        let count = before.count + (after?.count ?? 0)
        guard after == nil ? count == 8 : count < 8 else { return nil }
        groups = before + [UInt16](repeating: 0, count: 8 - count) + (after ?? [])
    }

    /// The address as RFC 5952 spells it: lower case, no leading zeros, the longest run of zero groups as `::`.
    public var text: String {
        // An IPv4 address inside is spelled as one.
        let isMapped = groups[..<5].allSatisfy { $0 == 0 } && groups[5] == 0xFFFF
        if isMapped {
            let bytes = groups[6...].flatMap { [$0 >> 8, $0 & 0xFF] }
            return "::ffff:" + bytes.map(String.init).joined(separator: ".")
        }
        let run = longestRun
        func joined(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        return run.isEmpty ? joined(0..<8) : joined(0..<run.lowerBound) + "::" + joined(run.upperBound..<8)
    }

    /// The first of the longest runs of at least two zero groups; empty if no run is that long.
    private var longestRun: Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0..<8 {
            guard groups[index] == 0 else {
                start = index + 1
                continue
            }
            if index + 1 - start > max(longest.count, 1) { longest = start..<index + 1 }
        }
        return longest
    }

    /// One group, or the two of an IPv4 address at the end.
    private static func values(_ part: ArraySlice<UInt8>, isLast: Bool) -> [UInt16]? {
        if part.contains(ASCII.dot) { return isLast ? ofIPv4(part) : nil }
        guard part.count <= 4 else { return nil }
        var value: UInt16 = 0
        for byte in part {
            guard let digit = ASCII.hexValue(byte) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return [value]
    }

    private static func ofIPv4(_ part: ArraySlice<UInt8>) -> [UInt16]? {
        let numbers = part.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        guard numbers.count == 4 else { return nil }
        var bytes: [UInt16] = []
        for number in numbers {
            guard (1...3).contains(number.count), number.allSatisfy(ASCII.isDigit) else { return nil }
            let value = number.reduce(0) { $0 * 10 + UInt16($1 - ASCII.zero) }
            guard value <= 255, number.count == 1 || number.first != ASCII.zero else { return nil }
            bytes.append(value)
        }
        return [bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3]]
    }
}

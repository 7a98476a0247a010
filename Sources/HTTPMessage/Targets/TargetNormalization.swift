// Value. The one spelling of a request target, which is both the cache key and the target that origins get (RFC 3986
// §6.2).
//
// Owned by HTTPMessage; called on every request. Invariants: `normalize` is idempotent; `isNormal` implies that
// `normalize` changes nothing; a normal target has no `.` or `..` segment, no raw byte outside the grammar and no NUL,
// and cannot lead an origin that decodes %2F or %5C above its root.

/// Brings request targets into one spelling.
public enum TargetNormalization {
    /// Whether a target is normal already, so that the caller can use it in place.
    ///
    /// One pass, no allocation.
    ///
    /// - Parameters:
    ///   - target: Path and query, starting with a slash.
    ///   - foldsCase: Whether paths that differ in ASCII case alone are the same.
    /// - Returns: True if `normalize` would change nothing; false also for a few that it would not change or would
    ///   refuse.
    public static func isNormal(_ target: RawSpan, foldsCase: Bool) -> Bool {
        let count = target.byteCount
        guard count > 0, target[0] == ASCII.slash else {
            return false
        }
        if count >= 8, isPlain(target, foldsCase: foldsCase) {
            return true
        }
        var index = 1
        // The piece since the last separator, encoded ones included: its length, and whether it is dots only.
        var piece = 0
        var isDots = true
        while index < count, target[index] != ASCII.question {
            let byte = target[index]
            if byte == ASCII.slash {
                if isDots, piece == 1 || piece == 2 {
                    return false
                }
                piece = 0
                isDots = true
                index += 1
                continue
            }
            if byte == ASCII.percent {
                guard let decoded = normalTriplet(target, at: index) else {
                    return false
                }
                let isSeparator = decoded == ASCII.slash || decoded == ASCII.backslash
                if isSeparator, isDots, piece == 1 || piece == 2 {
                    return false
                }
                piece = isSeparator ? 0 : piece + 1
                isDots = isSeparator
                index += 3
                continue
            }
            guard ASCII.isPathCharacter(byte), !(foldsCase && ASCII.isUpper(byte)) else {
                return false
            }
            piece += 1
            isDots = isDots && byte == ASCII.dot
            index += 1
        }
        if isDots, piece == 1 || piece == 2 {
            return false
        }
        return index == count || isNormalQuery(target, from: index + 1)
    }

    /// Whether a target of eight bytes or more is a path of letters, digits, dashes, dots and underscores, as nearly
    /// all are, and no segment of it begins with a dot.
    private static func isPlain(_ target: RawSpan, foldsCase: Bool) -> Bool {
        // Words overlap by a byte, so that a slash is seen with what follows it.
        target.allWords(of: 0..<target.byteCount, step: 7) { word, _ in
            let bytes = EightBytes(word)
            let letters = foldsCase ? bytes.among(0x61, 0x7A) : bytes.letters
            // Dash, dot, slash and the digits lie side by side.
            let others = bytes.among(ASCII.dash, 0x39) | bytes.equal(to: 0x5F)
            let dotsBehindSlashes = (bytes.equal(to: ASCII.slash) << 8) & bytes.equal(to: ASCII.dot)
            return letters | others == EightBytes.all && dotsBehindSlashes == 0
        }
    }

    /// The normal spelling of a target.
    ///
    /// Percent-encoded unreserved characters are decoded, other triplets get upper-case digits, bytes that may not
    /// stand in a target are encoded, dot segments are removed, and an empty path becomes a slash. The query only has
    /// its percent-encoding normalized.
    ///
    /// - Parameters:
    ///   - target: Path and query; empty or only a query if an absolute target had no path.
    ///   - foldsCase: Whether the path's ASCII letters become lower case; digits of triplets do not.
    /// - Returns: The bytes, or nil if the target is refused: a percent sign without two digits, NUL, more `..` than
    ///   there are segments, or a `..` in a segment with an encoded slash or backslash.
    public static func normalize(_ target: RawSpan, foldsCase: Bool) -> [UInt8]? {
        let count = target.byteCount
        var pathEnd = 0
        while pathEnd < count, target[pathEnd] != ASCII.question {
            pathEnd += 1
        }
        guard pathEnd == 0 || target[0] == ASCII.slash else {
            return nil
        }
        var path: [UInt8] = []
        path.reserveCapacity(count + 16)
        if pathEnd == 0 {
            path.append(ASCII.slash)
        }
        guard append(target, 0..<pathEnd, foldsCase: foldsCase, isPath: true, to: &path) else {
            return nil
        }
        guard var normal = DotSegments.removed(from: path) else {
            return nil
        }
        if pathEnd < count {
            normal.append(ASCII.question)
            guard append(target, (pathEnd + 1)..<count, foldsCase: false, isPath: false, to: &normal) else {
                return nil
            }
        }
        return normal
    }

    /// The byte that a triplet encodes, if the triplet is normal: upper case, and for a byte that must be encoded.
    private static func normalTriplet(_ target: RawSpan, at index: Int) -> UInt8? {
        guard let decoded = PercentEncoding.triplet(target, at: index, end: target.byteCount), decoded != 0 else {
            return nil
        }
        guard !ASCII.isUnreserved(decoded), target[index + 1] < 0x60, target[index + 2] < 0x60 else {
            return nil
        }
        return decoded
    }

    private static func isNormalQuery(_ target: RawSpan, from start: Int) -> Bool {
        var index = start
        while index < target.byteCount {
            let byte = target[index]
            if byte == ASCII.percent {
                guard normalTriplet(target, at: index) != nil else {
                    return false
                }
                index += 3
                continue
            }
            guard ASCII.isPathCharacter(byte) || byte == ASCII.slash || byte == ASCII.question else {
                return false
            }
            index += 1
        }
        return true
    }

    /// Appends a part of the target with its percent-encoding normalized; false if it is refused.
    private static func append(
        _ target: RawSpan,
        _ range: Range<Int>,
        foldsCase: Bool,
        isPath: Bool,
        to bytes: inout [UInt8]
    ) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = target[index]
            var isLiteral = ASCII.isPathCharacter(byte) || byte == ASCII.slash || (!isPath && byte == ASCII.question)
            index += 1
            if byte == ASCII.percent {
                guard let decoded = PercentEncoding.triplet(target, at: index - 1, end: range.upperBound) else {
                    return false
                }
                byte = decoded
                isLiteral = ASCII.isUnreserved(decoded)
                index += 2
            }
            guard byte != 0 else {
                return false
            }
            if isLiteral {
                bytes.append(foldsCase ? ASCII.lowercased(byte) : byte)
            } else {
                PercentEncoding.append(byte, to: &bytes)
            }
        }
        return true
    }
}

// Value. Byte access to a `RawSpan`, the one place of this module that loads raw memory.
//
// Owned by HTTPMessage; every parser reads through it. Invariant: each load is bounds-checked and of `UInt8`, for which
// every bit pattern is a value, so nothing here can read outside a span or make an invalid value.

import Glibc

extension RawSpan {
    /// The byte at an offset; traps outside the span.
    @inline(__always)
    subscript(_ offset: Int) -> UInt8 {
        // because the load is bounds-checked and any bit pattern is a UInt8.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The byte at an offset; traps outside the span.
    @inlinable
    @inline(__always)
    public func byte(at offset: Int) -> UInt8 {
        // because the load is bounds-checked and any bit pattern is a UInt8.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The offset of the first such byte in a range, or the range's end.
    ///
    /// O(range), many bytes at a time; no allocation.
    /// - Parameters:
    ///   - byte: The byte.
    ///   - range: The range to search.
    /// - Returns: Its offset.
    public func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int {
        guard !range.isEmpty else {
            return range.upperBound
        }
        // because `extracting` checks the bounds, memchr stays within them, and the pointer is used inside the closure
        // only
        return unsafe extracting(range).withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let found = unsafe memchr(start, Int32(byte), bytes.count) else {
                return range.upperBound
            }
            return unsafe range.lowerBound + UnsafeRawPointer(start).distance(to: found)
        }
    }

    /// True if both spans hold the same bytes.
    ///
    /// O(length), no allocation.
    /// - Parameter other: The span to compare with.
    /// - Returns: Whether they do.
    public func equals(_ other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else {
            return false
        }
        // because both pointers are only used inside the closures and `byteCount` is the length of both
        return unsafe withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                guard let left = left.baseAddress, let right = right.baseAddress else {
                    return true
                }
                return unsafe memcmp(left, right, byteCount) == 0
            }
        }
    }

    /// Whether the bytes of a range equal an ASCII name in lower case, compared without regard to case.
    ///
    /// - Parameters:
    ///   - range: Where the bytes are.
    ///   - name: The name.
    /// - Returns: Whether they are the same.
    @inlinable
    public func matches(_ range: Range<Int>, lowercased name: StaticString) -> Bool {
        // Most names differ in length, which the caller knows without a call.
        range.count == name.utf8CodeUnitCount && isSpelled(range, name)
    }

    /// As above, for a range as long as the name.
    @usableFromInline
    func isSpelled(_ range: Range<Int>, _ name: StaticString) -> Bool {
        // because the loops stay below utf8CodeUnitCount, the length of the literal, and the range is as long.
        let letters = unsafe name.utf8Start
        guard range.count >= 8 else {
            for index in 0..<range.count {
                // because of the same bound.
                guard unsafe ASCII.lowercased(self[range.lowerBound + index]) == letters[index] else { return false }
            }
            return true
        }
        // because of the same bound; most names of a length differ at once.
        guard unsafe ASCII.lowercased(self[range.lowerBound]) == letters[0] else {
            return false
        }
        return allWords(of: range) { word, offset in
            // because of the same bound.
            let wanted = unsafe UnsafeRawPointer(letters).loadUnaligned(
                fromByteOffset: offset - range.lowerBound,
                as: UInt64.self
            )
            let differing = word ^ wanted
            // A letter in upper case differs from that in lower case by one bit; nothing else may differ.
            return differing & ~(EightBytes(wanted).among(0x61, 0x7A) >> 2) == 0
        }
    }

    /// Whether the bytes of a range are a name, compared without regard to the case of ASCII letters.
    ///
    /// - Parameters:
    ///   - range: Where the bytes are.
    ///   - name: The name in any case.
    /// - Returns: Whether they are the same.
    public func isSame(_ range: Range<Int>, _ name: String) -> Bool {
        // Most names differ in length, and a string's span costs more than its length.
        guard range.count == name.utf8.count else {
            return false
        }
        return isSame(range, unsafe name.utf8.span.bytes)  // because a code unit has no padding
    }

    /// As above, for a name given by its bytes.
    func isSame(_ range: Range<Int>, _ name: RawSpan) -> Bool {
        guard range.count == name.byteCount else {
            return false
        }
        // Most senders write a name as its specification does, and many bytes are compared in one go.
        if extracting(range).equals(name) { return true }
        var offset = 0
        while offset < name.byteCount {
            let byte = self[range.lowerBound + offset]
            guard byte == name[offset] || ASCII.lowercased(byte) == ASCII.lowercased(name[offset]) else {
                return false
            }
            offset += 1
        }
        return true
    }

    /// Whether the bytes of a range are a token (RFC 9110 §5.6.2).
    ///
    /// - Parameter range: Where the bytes are.
    /// - Returns: Whether they are one or more token characters.
    public func isToken(_ range: Range<Int>) -> Bool {
        guard range.count >= 8 else {
            for offset in range where !ASCII.isToken(self[offset]) { return false }
            return !range.isEmpty
        }
        return allWords(of: range) { word, offset in
            // Nearly all field names are of letters and dashes.
            let bytes = EightBytes(word)
            if bytes.letters | bytes.equal(to: ASCII.dash) == EightBytes.all { return true }
            for place in offset..<offset + 8 where !ASCII.isToken(self[place]) { return false }
            return true
        }
    }

    /// Whether every byte of a range may stand in a field value (RFC 9110 §5.5).
    ///
    /// - Parameter range: Where the bytes are.
    /// - Returns: Whether they may.
    public func isFieldValue(_ range: Range<Int>) -> Bool {
        guard range.count >= 8 else {
            for offset in range where !ASCII.isFieldValue(self[offset]) { return false }
            return true
        }
        return allWords(of: range) { word, offset in
            guard Self.mayHaveControl(word) else { return true }
            for place in offset..<offset + 8 where !ASCII.isFieldValue(self[place]) { return false }
            return true
        }
    }

    /// Whether every byte of a range is above a space, and none a delete.
    func isVisible(_ range: Range<Int>) -> Bool {
        guard range.count >= 8 else {
            for offset in range where self[offset] <= ASCII.space || self[offset] == ASCII.delete { return false }
            return true
        }
        return allWords(of: range) { word, offset in
            guard Self.mayHaveControl(word) || EightBytes(word).equal(to: ASCII.space) != 0 else { return true }
            for place in offset..<offset + 8 where self[place] <= ASCII.space || self[place] == ASCII.delete {
                return false
            }
            return true
        }
    }

    /// Whether every byte of a range is visible ASCII or a space, but neither a quotation mark nor a backslash: a
    /// quoted string may contain it unescaped.
    ///
    /// - Parameter range: Where the bytes are.
    /// - Returns: Whether they are.
    public func isPlainText(_ range: Range<Int>) -> Bool {
        guard range.count >= 8 else {
            for offset in range {
                let byte = self[offset]
                guard (ASCII.space..<ASCII.delete).contains(byte), byte != ASCII.quote, byte != ASCII.backslash else {
                    return false
                }
            }
            return true
        }
        return allWords(of: range) { word, _ in
            let bytes = EightBytes(word)
            let others = bytes.equal(to: ASCII.quote) | bytes.equal(to: ASCII.backslash)
            return bytes.among(ASCII.space, ASCII.delete - 1) & ~others == EightBytes.all
        }
    }

    /// Whether one of eight bytes may be below a space, or a delete; false if none is.
    private static func mayHaveControl(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high = ones << 7
        // A byte whose subtraction borrows into its high bit is small, or is next to a small one.
        let below = (word &- ones &* UInt64(ASCII.space)) & ~word
        let deletes = word ^ (ones &* UInt64(ASCII.delete))
        return (below | (deletes &- ones) & ~deletes) & high != 0
    }

    /// The bytes of a range as a string of one scalar U+0000…U+00FF a byte (Latin-1).
    ///
    /// - Parameter range: Where the bytes are.
    /// - Returns: The string.
    public func text(_ range: Range<Int>) -> String {
        // Without a branch a byte, so that many are looked at in one go.
        // because `extracting` checks the bounds, and the bytes are used inside the closure only
        let all: UInt8 = unsafe extracting(range).withUnsafeBytes { bytes in unsafe bytes.reduce(0) { $0 | $1 } }
        guard all >= 0x80 else {
            return copy(range)
        }
        var utf8: [UInt8] = []
        utf8.reserveCapacity(range.count)
        for offset in range {
            ASCII.appendLatin1(self[offset], to: &utf8)
        }
        return String(decoding: utf8, as: UTF8.self)
    }

    /// The bytes of a range as a string.
    ///
    /// - Parameter range: Bytes that are UTF-8.
    /// - Returns: The string.
    public func copy(_ range: Range<Int>) -> String {
        // because the pointer is used inside the closure only
        unsafe extracting(range).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Appends the bytes of a range.
    ///
    /// - Parameters:
    ///   - range: Where the bytes are.
    ///   - bytes: Where they go.
    public func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
        // because the pointer is used inside the closure only
        unsafe extracting(range).withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// A range without the spaces and tabs at its ends (OWS, RFC 9110 §5.6.3).
    ///
    /// - Parameter range: Any range of the span.
    /// - Returns: The range without them.
    public func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, ASCII.isBlank(self[lower]) {
            lower += 1
        }
        while lower < upper, ASCII.isBlank(self[upper - 1]) {
            upper -= 1
        }
        return lower..<upper
    }
}

extension [UInt8] {
    /// Calls a closure with the array's bytes as a `RawSpan`, the form the parsers of this module read.
    ///
    /// - Parameter body: Reads the bytes; the span does not outlive the call.
    /// - Returns: What the closure returns.
    public func withRawSpan<Result>(_ body: (RawSpan) -> Result) -> Result {
        // because an array of UInt8 has no padding: each of its bytes is initialized.
        unsafe body(span.bytes)
    }

    /// Appends the bytes of a literal: cheaper than its `utf8`, which the array treats as a generic collection.
    ///
    /// - Parameter literal: The literal.
    @inlinable
    public mutating func append(literal: StaticString) {
        // because a literal lives forever, and so many bytes begin there
        unsafe append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends the bytes of a text, as above.
    ///
    /// - Parameter text: The text.
    @inlinable
    public mutating func append(text: String) {
        // because the pointer is used inside the closure only
        unsafe text.utf8.span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

// Value, on the stack. A short text of literals and numbers that is built piece by piece and then appended to an array
// at once.
//
// Made by `[UInt8].append(upTo:)` only, for the tail of every hit's head: appending each piece to the array would cost
// about sixty instructions a piece. Invariant: nothing is written past the room.

/// Room for a short text.
@safe  // because each write stays within the room, and the room outlives the value
public struct TextRoom: ~Copyable {
    @usableFromInline let room: UnsafeMutableRawBufferPointer
    @usableFromInline let capacity: Int
    @usableFromInline var count = 0

    @inlinable
    init(_ room: UnsafeMutableRawBufferPointer) {
        unsafe self.room = room  // because who made the room lets the value end before it
        capacity = room.count
    }

    /// Writes the bytes of a literal; traps if there is no room for them.
    ///
    /// - Parameter literal: The literal.
    @inlinable
    @inline(__always)
    public mutating func write(_ literal: StaticString) {
        let length = literal.utf8CodeUnitCount
        // because `length` bytes from `place` on are the room's, and a literal has so many
        let place = unsafe reserve(length)
        unsafe place.copyMemory(from: literal.utf8Start, byteCount: length)
    }

    /// Writes a number's digits, behind a minus sign if it is negative; traps if there is no room for them.
    ///
    /// - Parameter value: The number.
    @inlinable
    public mutating func write(_ value: Int64) {
        if value < 0 { write("-") }
        write(value.magnitude)
    }

    /// Writes a number's digits; traps if there is no room for them.
    ///
    /// - Parameter value: The number.
    @inlinable
    public mutating func write(_ value: UInt64) {
        guard value < 100_000_000, capacity - count >= 8 else { return writeLong(value) }
        // The digits as they lie in memory: the last is inserted first, and each one before it shifts it.
        var (rest, digits, length) = (UInt32(truncatingIfNeeded: value), UInt64(0), 0)
        repeat {
            digits = digits << 8 | UInt64(0x30 + rest % 10)
            rest /= 10
            length += 1
        } while rest > 0
        // because eight bytes of the room are left, of which the next piece overwrites those behind the digits
        unsafe place.storeBytes(of: digits.littleEndian, as: UInt64.self)
        count += length
    }

    /// As above, for a number of any length, or little room.
    @usableFromInline
    mutating func writeLong(_ value: UInt64) {
        if value >= 10 { writeLong(value / 10) }
        // because the byte is the room's
        unsafe reserve(1).storeBytes(of: 0x30 + UInt8(truncatingIfNeeded: value % 10), as: UInt8.self)
    }

    /// Where the next piece begins.
    @inlinable
    @inline(__always)
    var place: UnsafeMutableRawPointer {
        // because `count` is at most the room's length; only a room without a byte has no address, and nothing is
        // written there
        unsafe room.baseAddress.unsafelyUnwrapped + count
    }

    /// The next bytes of the room.
    @inlinable
    @inline(__always)
    mutating func reserve(_ length: Int) -> UnsafeMutableRawPointer {
        precondition(count + length <= capacity, "a text is longer than its room")
        defer { count += length }
        return unsafe place  // because so many bytes are left there
    }
}

extension [UInt8] {
    /// Appends a short text.
    ///
    /// No allocation beyond the array's own.
    /// - Parameters:
    ///   - capacity: Bytes that the text has at most; the stack gives the room.
    ///   - write: Writes the text.
    @inlinable
    @inline(__always)
    public mutating func append(upTo capacity: Int, _ write: (inout TextRoom) -> Void) {
        // because the room is used inside the closure only, and its first `count` bytes were written
        unsafe withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) { room in
            var text = unsafe TextRoom(room)
            write(&text)
            unsafe append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<text.count]))
        }
    }
}

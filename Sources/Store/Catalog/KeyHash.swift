// Value. The 64-bit hash that finds a stored response by its cache key.
//
// Keyed, because clients choose the bytes: without a secret they could make the keys of many pictures collide. The
// secret is made once per cache directory and kept in it, since records carry the hash.

/// SipHash-1-3 (Aumasson and Bernstein, 2012) under a secret of the cache directory.
public struct KeyHash: Sendable, Equatable {
    let secret0: UInt64
    let secret1: UInt64

    /// Makes a hash function from its 128-bit secret.
    public init(secret0: UInt64, secret1: UInt64) {
        self.secret0 = secret0
        self.secret1 = secret1
    }

    /// The hash of a cache key.
    ///
    /// O(length), no allocation; any thread.
    public func callAsFunction(_ key: RawSpan) -> UInt64 {
        var state = State(secret0, secret1)
        let count = key.byteCount
        var offset = 0
        while offset + 8 <= count {
            // because the loop condition keeps offset + 8 within the span, and any bit pattern is a UInt64
            let word = unsafe key.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
            state.absorb(UInt64(littleEndian: word))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: count) << 56
        var shift: UInt64 = 0
        while offset < count {
            // because offset is below count, and any bit pattern is a UInt8
            last |= UInt64(unsafe key.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)) << shift
            shift += 8
            offset += 1
        }
        state.absorb(last)
        return state.finish()
    }

    /// The hash of a cache key held in an array.
    public func callAsFunction(_ key: [UInt8]) -> UInt64 {
        unsafe self(key.span.bytes)  // because any byte is defined as raw memory
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        @inline(__always)
        init(_ k0: UInt64, _ k1: UInt64) {
            v0 = k0 ^ 0x736f_6d65_7073_6575
            v1 = k1 ^ 0x646f_7261_6e64_6f6d
            v2 = k0 ^ 0x6c79_6765_6e65_7261
            v3 = k1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func round() {
            v0 = v0 &+ v1
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v0 = v0 << 32 | v0 >> 32
            v2 = v2 &+ v3
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 = v0 &+ v3
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 = v2 &+ v1
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v2 = v2 << 32 | v2 >> 32
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func finish() -> UInt64 {
            v2 ^= 0xff
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }
    }
}

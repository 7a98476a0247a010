// Value. Random numbers that can be had again. SplitMix64: small, and good enough to choose test data.

import Glibc

/// A random number generator whose whole sequence follows from its seed.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    /// What the sequence follows from.
    package let seed: UInt64
    private var state: UInt64

    /// Makes a generator and prints its seed; without one the environment's `TEST_SEED` or chance decides.
    package init(seed: UInt64? = nil) {
        let chosen = seed ?? Self.environmentSeed ?? UInt64.random(in: 0...UInt64.max)
        self.seed = chosen
        state = chosen
        if seed == nil { print("seed \(chosen) (set TEST_SEED to repeat)") }
    }

    /// The next number of the sequence.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// The given number of random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count {
            let word = next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    private static var environmentSeed: UInt64? {
        // because getenv answers a C string that is copied at once
        guard let text = unsafe getenv("TEST_SEED") else { return nil }
        return unsafe UInt64(String(cString: text))
    }
}

/// A body of the given length that follows from the seed: same arguments, same bytes.
package func sampleBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return generator.bytes(count)
}

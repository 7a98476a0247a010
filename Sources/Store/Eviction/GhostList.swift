// Value, confined to the store's writer thread. Remembers the accesses of evicted responses, so that a response that
// comes back is recognized.
//
// Eight-way buckets of 8 bytes for each place: fingerprint, time of insertion, accesses. The oldest ghost of a full
// bucket is replaced. The bucket is the upper part of the fingerprint, so that the list can grow without the hashes.

struct GhostList {
    private static let ways = 8
    private static let smallest = 512
    /// Insertions are counted in steps: this many for the places of a list.
    private static let stepsPerList = 2048

    private struct Ghost {
        var fingerprint: UInt32 = 0
        var inserted: UInt16 = 0
        var accesses = AccessCount(eighths: 0, epoch: 0)
    }

    private var ghosts: [Ghost] = Array(repeating: Ghost(), count: Self.smallest)
    private var insertions = 0
    private var step: UInt16 = 0

    /// The number of ghosts for a number of stored responses: one and a half for each.
    private static func wanted(_ stored: Int) -> Int { stored + stored / 2 }

    /// Remembers an evicted response; at `stored` responses the list takes 16 to 20 bytes for each.
    mutating func insert(_ hash: UInt64, _ accesses: AccessCount, stored: Int) {
        // A quarter of the places is spare, because buckets fill unevenly.
        if Self.wanted(stored) > ghosts.count / 4 * 3 { grow() }
        insertions += 1
        if insertions >= ghosts.count / Self.stepsPerList {
            insertions = 0
            step &+= 1
        }
        put(Ghost(fingerprint: Self.fingerprint(of: hash), inserted: step, accesses: accesses))
    }

    /// The accesses of a response that was evicted not long ago; the ghost is then forgotten.
    mutating func recall(_ hash: UInt64, stored: Int) -> AccessCount? {
        let fingerprint = Self.fingerprint(of: hash)
        let start = bucket(of: fingerprint)
        for place in start..<start + Self.ways where ghosts[place].fingerprint == fingerprint {
            let ghost = ghosts[place]
            ghosts[place] = Ghost()
            let age = Int(step &- ghost.inserted) * max(1, ghosts.count / Self.stepsPerList)
            return age <= Self.wanted(stored) ? ghost.accesses : nil
        }
        return nil
    }

    private mutating func put(_ ghost: Ghost) {
        let start = bucket(of: ghost.fingerprint)
        var chosen = start
        for place in start..<start + Self.ways {
            let there = ghosts[place]
            if there.fingerprint == 0 || there.fingerprint == ghost.fingerprint {
                chosen = place
                break
            }
            if step &- there.inserted > step &- ghosts[chosen].inserted { chosen = place }
        }
        ghosts[chosen] = ghost
    }

    private mutating func grow() {
        let old = ghosts
        let size = (old.count + max(old.count / 4, Self.ways)) / Self.ways * Self.ways
        ghosts = Array(repeating: Ghost(), count: size)
        let scale = { (list: [Ghost]) in max(1, list.count / Self.stepsPerList) }
        let (before, after) = (scale(old), scale(ghosts))
        for var ghost in old where ghost.fingerprint != 0 {
            // Ages stay the same, in the larger steps of the larger list.
            ghost.inserted = step &- UInt16(clamping: Int(step &- ghost.inserted) * before / after)
            put(ghost)
        }
    }

    private func bucket(of fingerprint: UInt32) -> Int {
        Int((UInt64(fingerprint) * UInt64(ghosts.count / Self.ways)) >> 32) * Self.ways
    }

    private static func fingerprint(of hash: UInt64) -> UInt32 { max(UInt32(truncatingIfNeeded: hash >> 32), 1) }
}

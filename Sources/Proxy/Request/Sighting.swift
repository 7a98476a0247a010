// A value. What a look-up saw of a key, for telling whether the store has changed since.

import HTTPMessage
import Store

/// Where something stored was seen, and how long it was fresh.
struct Sighting: Equatable {
    let volume: UInt32
    let offset: UInt32
    let freshUntil: WallTime

    init(_ candidate: Candidate) {
        volume = candidate.entry.volume
        offset = candidate.entry.offset
        freshUntil = candidate.entry.freshUntil
    }
}

extension Lookup {
    var sightings: [Sighting] { candidates.map(Sighting.init) }
}

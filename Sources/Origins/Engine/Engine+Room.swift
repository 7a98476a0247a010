// Confined to the origin thread. Frees places among an origin's connections although slow clients hold them up
// (decision 67): while others wait, the receivers of held-up transfers are asked to take the rest into memory, and
// those that cannot may keep half of the places.

extension Engine {
    /// Requests wait for a place: makes room at the end of this turn.
    func wantRoom(at pool: OriginPool) {
        guard pool.waitingCount > 0, !pool.isRoomDue else { return }
        pool.isRoomDue = true
        later(.makeRoom(pool))
    }

    /// Resumes held-up transfers, and ends those that cannot be resumed if there are too many; outside libcurl.
    func makeRoom(at pool: OriginPool) {
        pool.isRoomDue = false
        guard pool.waitingCount > 0 else { return }
        let held = pool.heldUp.longestFirst.filter { id in
            guard let takes = attempt(id)?.takeAll() else { return false }
            return !takes
        }
        let (ended, next) = pool.heldUp.excess(
            held,
            places: pool.settings.maximumConnections,
            waiting: pool.waitingCount,
            at: now
        )
        for id in ended {
            guard let attempt = attempt(id) else { continue }
            attempt.end(attempt.fault(.heldUp, "receive body", detail: "its client takes too little while others wait"))
        }
        guard let next, !pool.isRoomTimed else { return }
        pool.isRoomTimed = true
        schedule(.room(pool.origin.index), at: next)
    }

    /// More transfers have been held up for long enough to be ended.
    func makeMoreRoom(at pool: OriginPool) {
        pool.isRoomTimed = false
        makeRoom(at: pool)
    }
}

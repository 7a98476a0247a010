// How a place among an origin's connections becomes free although slow clients hold it up (decision 67): while others wait for
// one, the receivers of held-up transfers are asked to take the rest into memory, and those that cannot may keep half of the
// places.

extension Engine {
    /// Requests wait for a place: sees to it at the end of this turn.
    func wantRoom(at lane: Lane) {
        guard lane.waitingCount > 0, !lane.isRoomDue else { return }
        lane.isRoomDue = true
        later(.makeRoom(lane))
    }

    /// Has held-up transfers flow, and ends those that cannot where they are too many; outside libcurl.
    func makeRoom(at lane: Lane) {
        lane.isRoomDue = false
        guard lane.waitingCount > 0 else { return }
        let held = lane.heldUp.longestFirst.filter { id in
            guard let exchange = attempt(id)?.exchange else { return false }
            return !exchange.takeAll()
        }
        let (ended, next) = lane.heldUp.excess(
            held,
            places: lane.settings.maximumConnections,
            waiting: lane.waitingCount,
            at: now
        )
        for id in ended {
            guard let attempt = attempt(id) else { continue }
            attempt.end(attempt.fault(.heldUp, "receive body", detail: "its client takes too little while others wait"))
        }
        guard let next, !lane.isRoomTimed else { return }
        lane.isRoomTimed = true
        schedule(.room(lane.origin.index), at: next)
    }

    /// More transfers have been held up for long enough to be ended.
    func makeMoreRoom(at lane: Lane) {
        lane.isRoomTimed = false
        makeRoom(at: lane)
    }
}

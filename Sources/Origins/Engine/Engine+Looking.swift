// How the engine finds out which origins can be reached, for the operator: each is looked at once at the start, and again,
// less and less often, while it cannot be reached.

import Runtime

extension Engine {
    /// Looks at an origin as it is configured: by its probe, or by connecting.
    func lookAtStart(at lane: Lane) {
        if lane.settings.probe != nil { check(lane) } else if looksAtOrigins { look(at: lane) }
    }

    /// Begins a look, unless one is under way.
    func look(at lane: Lane) {
        guard lane.look == nil else { return }
        let look = Look(at: lane, engine: self)
        lane.look = look
        look.begin()
    }

    /// Repeats a look that failed; while the origin backs off, its probe does the work and the look is put off.
    func lookAgain(at lane: Lane) {
        lane.isLookDue = false
        guard lane.reach.failure != nil else { return }
        if lane.health.isWell { look(at: lane) } else { looksAgainLater(at: lane) }
    }

    /// A look has ended; the origin can be reached where there is no error.
    func looked(at lane: Lane, _ error: OriginError?) {
        lane.look = nil
        guard let error else { return lane.noteReached() }
        // What this process lacks says nothing of the origin.
        if error.kind == .resources { looksAgainLater(at: lane) } else { note(failure: error, of: lane) }
    }

    /// A look, a request or a probe failed: whether the origin can be reached is found out without waiting for a request.
    func note(failure: OriginError, of lane: Lane) {
        lane.report(lane.reach.recordFailure(failure))
        if lane.reach.failure != nil { looksAgainLater(at: lane) }
    }

    /// Has an origin looked at in a while; a configured probe does that by itself.
    func looksAgainLater(at lane: Lane) {
        guard looksAtOrigins, !lane.isLookDue, lane.settings.probe == nil else { return }
        lane.isLookDue = true
        schedule(.look(lane.origin.index), at: now + lane.reach.nextPause(chance: chance()))
    }
}

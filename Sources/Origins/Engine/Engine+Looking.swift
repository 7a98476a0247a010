// How the engine finds out which origins can be reached, for the operator: each is looked at once at the start, and
// again, less and less often, while it cannot be reached.

import Runtime

extension Engine {
    /// Looks at an origin as it is configured: by its probe, or by connecting.
    func lookAtStart(at pool: OriginPool) {
        if pool.settings.probe != nil { check(pool) } else if looksAtOrigins { look(at: pool) }
    }

    /// Begins a look, unless one is under way.
    func look(at pool: OriginPool) {
        guard pool.look == nil else { return }
        let look = Look(at: pool, engine: self)
        pool.look = look
        look.begin()
    }

    /// Repeats a look that failed; while the origin backs off, its probe does the work and the look is put off.
    func lookAgain(at pool: OriginPool) {
        pool.isLookDue = false
        guard pool.reach.failure != nil else { return }
        if pool.breaker.isClosed { look(at: pool) } else { looksAgainLater(at: pool) }
    }

    /// A look has ended; the origin can be reached where there is no error.
    func looked(at pool: OriginPool, _ error: OriginError?) {
        pool.look = nil
        guard let error else { return pool.noteReached() }
        // What this process lacks says nothing of the origin.
        if error.kind == .resources { looksAgainLater(at: pool) } else { note(failure: error, of: pool) }
    }

    /// A look, a request or a probe failed: whether the origin can be reached is found out without waiting for a request.
    func note(failure: OriginError, of pool: OriginPool) {
        pool.report(pool.reach.recordFailure(failure))
        if pool.reach.failure != nil { looksAgainLater(at: pool) }
    }

    /// Has an origin looked at in a while; a configured probe does that by itself.
    func looksAgainLater(at pool: OriginPool) {
        guard looksAtOrigins, !pool.isLookDue, pool.settings.probe == nil else { return }
        pool.isLookDue = true
        schedule(.look(pool.origin.index), at: now + pool.reach.nextPause(chance: chance()))
    }
}

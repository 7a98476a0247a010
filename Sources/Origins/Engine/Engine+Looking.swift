// Confined to the origin thread. Finds out which origins can be reached, for the operator: looks at each once at the
// start, and again, less and less often, while it cannot be reached.

import Runtime

extension Engine {
    /// Looks at an origin as configured: by its probe, or by connecting.
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

    /// Repeats a failed look.
    ///
    /// While the circuit breaker is open its probe does the work, and the look is postponed.
    func lookAgain(at pool: OriginPool) {
        pool.isLookDue = false
        guard pool.reach.failure != nil else { return }
        if pool.breaker.isClosed { look(at: pool) } else { looksAgainLater(at: pool) }
    }

    /// A look has ended; without an error the origin can be reached.
    func looked(at pool: OriginPool, _ error: OriginError?) {
        pool.look = nil
        guard let error else { return pool.noteReached() }
        // A lack of resources in this process says nothing about the origin.
        if error.kind == .resources { looksAgainLater(at: pool) } else { note(failure: error, of: pool) }
    }

    /// A look, a request or a probe failed: finds out whether the origin can be reached, without waiting for a request.
    func note(failure: OriginError, of pool: OriginPool) {
        pool.report(pool.reach.recordFailure(failure))
        if pool.reach.failure != nil { looksAgainLater(at: pool) }
    }

    /// Schedules the next look at an origin; a configured probe repeats itself.
    func looksAgainLater(at pool: OriginPool) {
        guard looksAtOrigins, !pool.isLookDue, pool.settings.probe == nil else { return }
        pool.isLookDue = true
        schedule(.look(pool.origin.index), at: now + pool.reach.nextPause(chance: chance()))
    }
}

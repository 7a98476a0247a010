// How the engine keeps the origins' health: tells of changes, probes who is left alone, checks who is to be checked.

import HTTPMessage
import NIOCore
import Runtime

extension Engine {
    /// An origin's health has changed, or not.
    func note(_ change: Health.Change, of lane: Lane) {
        lane.report(change)
        guard case .opened = change else { return }
        scheduleProbe(of: lane)
        later(.askBeside(lane))
    }

    /// A probe has told nothing: the next one comes as if it had failed.
    func releaseProbe(of lane: Lane) {
        lane.health.releaseProbe(at: now)
        scheduleProbe(of: lane)
    }

    private func scheduleProbe(of lane: Lane) {
        if let due = lane.health.probeDue { schedule(.probe(lane.origin.index), at: due) }
    }

    /// Asks an origin that is well whether it still is, and does so again after the interval.
    func check(_ lane: Lane) {
        guard let probe = lane.settings.probe else { return }
        schedule(.check(lane.origin.index), at: now + probe.interval)
        // One that is left alone is probed by its back-off.
        if lane.health.isWell { sendProbe(to: lane) }
    }

    /// Why nobody was asked: they all have failed so often that they are left alone.
    func leftAlone(_ origins: [Int], target: String) -> OriginError {
        let failures = origins.compactMap { lanes[$0].lastFailure }
        return failures.last ?? OriginError(kind: .unreachable, operation: "ask origins", subject: target)
    }

    /// The time until the first of some origins is tried again; nil where none is left alone.
    func nextProbe(of origins: [Int]) -> Duration? {
        let times = origins.compactMap { index -> Duration? in
            let health = lanes[index].health
            guard !health.isWell else { return nil }
            return health.probeDue.map { max(.zero, $0 - now) } ?? .zero
        }
        return times.min()
    }
}

/// What is done with the answer to a probe: nothing, its head tells all.
final class ProbeReceiver: OriginReceiver {
    func receive(_ response: OriginResponse) {}
    func receive(_ bytes: ByteBuffer) -> OriginFlow { .proceed }
    func finish() {}
    func fail(_ error: OriginError) {}
}

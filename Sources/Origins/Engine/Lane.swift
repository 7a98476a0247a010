// Loop-confined (origin thread). One origin's side of the engine: who may ask it now, who waits, how it fares.
// Invariants: `inProgress` never exceeds `maximumConnections`; the queue never exceeds `maximumQueued`.

import Logging
import NIOCore

/// One origin's connections, queue and health.
final class Lane {
    /// What an attempt has of the lane.
    enum Place {
        case none
        case waiting
        case taken
    }

    let origin: ConfiguredOrigin
    var health = Health()
    /// Handles to use again; never more than were in use at a time.
    var idle: [EasyHandle] = []
    private let logger: Logger
    private var waiting = CircularBuffer<Attempt>()
    private var inProgress = 0

    var settings: OriginSettings { origin.settings }
    var counters: OriginCounters { origin.counters }

    init(_ origin: ConfiguredOrigin, logger: Logger) {
        self.origin = origin
        self.logger = logger
    }

    /// Gives an attempt a place, in progress or in the queue, or none when both are full.
    func admit(_ attempt: Attempt) -> Place {
        counters.update { $0.requests += 1 }
        if inProgress < settings.maximumConnections {
            inProgress += 1
            counters.update { $0.inProgress = inProgress }
            return .taken
        }
        guard waiting.count < settings.maximumQueued else { return .none }
        waiting.append(attempt)
        counters.update { $0.queued = waiting.count }
        return .waiting
    }

    /// Takes an attempt's place back and gives it to the next that waits.
    func ended(_ attempt: Attempt, bytes: UInt64, error: OriginError.Kind?) {
        switch attempt.place {
        case .none: break
        case .waiting: waiting.removeAll { $0 === attempt }
        case .taken:
            inProgress -= 1
            startNext(attempt.engine)
        }
        attempt.place = .none
        counters.update { figures in
            figures.inProgress = inProgress
            figures.queued = waiting.count
            figures.bytes += bytes
            if let error { figures.errors[error, default: 0] += 1 }
        }
    }

    /// Tells of a change in health.
    func report(_ change: Health.Change) {
        switch change {
        case .none: return
        case .opened(let backOff):
            logger.warning(
                "Origin keeps failing, left alone for a while",
                metadata: ["origin.url": "\(settings.url)", "back_off.seconds": "\(backOff.milliseconds / 1000)"]
            )
        case .closed:
            logger.notice("Origin answers again", metadata: ["origin.url": "\(settings.url)"])
        }
        counters.update { $0.isBackingOff = health.isBackingOff }
    }

    private func startNext(_ engine: Engine) {
        guard let next = waiting.popFirst() else { return }
        inProgress += 1
        // From now on, though it starts only at the end of the turn and may end before that.
        next.place = .taken
        engine.later(.start(next))
    }
}

@available(*, unavailable)
extension Lane: Sendable {}  // lives on the origin thread

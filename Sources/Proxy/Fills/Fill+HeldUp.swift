// How a fill whose clients are slow takes its whole body into memory, so that the origin's connection is free for others
// (decision 67): a body that is not stored has no other place.

import Origins
import Synchronization

/// What a fill's body takes of the memory for slow clients.
struct HeldUpBody {
    /// Its transfer is not paused any more.
    var isTaken = false
    /// It was to be, and there was no room.
    var wasRefused = false
    /// Bytes of the memory that are its own; of a known length those to come are among them.
    var bytes = 0
}

extension Fill {
    /// The share of the memory for slow clients that one body may have: an endless one must not take it from the others.
    private static let largestShare = 4

    /// Others wait for the origin's connection: takes all there is from now on, where there is room; origin thread.
    ///
    /// - Returns: Whether the body flows.
    func takeAll() -> Bool {
        let (isTaken, counted) = state.withLock { state -> (Bool, Counter?) in
            guard state.isPaused else { return (true, nil) }
            guard hasRoom(for: demand(state), having: state.heldUp.bytes) else {
                defer { state.heldUp.wasRefused = true }
                return (false, state.heldUp.wasRefused ? nil : .limitHeldUpMemory)
            }
            let isFirst = !state.heldUp.isTaken
            state.heldUp.isTaken = true
            state.isPaused = false
            recount(&state)
            return (true, isFirst ? .bodiesHeldUp : nil)
        }
        if let counted { services.counters.add(counted) }
        return isTaken
    }

    /// Whether a body that was taken on may go on coming: of a known length it has its room already.
    func mayGrow(_ state: State) -> Bool {
        guard state.heldUp.isTaken else { return false }
        return length(state) != nil || hasRoom(for: state.heldUp.bytes, having: state.heldUp.bytes)
    }

    /// Counts what the body takes of the memory for slow clients.
    func recount(_ state: inout State) {
        guard state.heldUp.isTaken else { return }
        let bytes = demand(state)
        services.heldUp.add(bytes - state.heldUp.bytes)
        state.heldUp.bytes = bytes
    }

    /// What the body takes beyond the least window of a fill; of an unknown length, what has come so far.
    private func demand(_ state: State) -> Int {
        let received = state.body.received
        let end = state.isBroken ? received : max(length(state) ?? 0, received)
        return max(0, Int(end - state.body.start) - FillBody.smallWindow)
    }

    private func length(_ state: State) -> Int64? {
        switch state.progress {
        case .head(let head), .alone(let head): head.contentLength
        case .waiting, .notModified, .failed: nil
        }
    }

    private func hasRoom(for bytes: Int, having former: Int) -> Bool {
        let limit = services.settings.heldUpMemory
        return bytes <= limit / Self.largestShare && services.heldUp.now - former + bytes <= limit
    }
}

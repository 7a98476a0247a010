// Shared. One client's place in a fill. Wakes the client's loop if there is something new, at most once until it has looked.

import Runtime
import Synchronization

final class FillReader: Sendable {
    let loop: Loop
    private let isWoken = Atomic<Bool>(false)
    /// Where it stands in its fill's list, and how far it has read the body: changed by the list only, under the fill's lock.
    let place = Atomic<Int>(FillReader.nowhere)
    let position = Atomic<Int64>(0)
    private let look: @Sendable () -> Void

    /// It has no place: not let in yet, gone, or cut off.
    static let nowhere = -1

    /// - Parameters:
    ///   - loop: The reader's loop.
    ///   - look: Called on it; calls `looked` first.
    init(on loop: Loop, look: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.look = look
    }

    /// Makes the reader look.
    ///
    /// Any thread; one wake-up however often it is called before the reader looks.
    func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        loop.execute(look)
    }

    /// The reader looks now: what comes later wakes it again.
    func looked() { isWoken.store(false, ordering: .releasing) }
}

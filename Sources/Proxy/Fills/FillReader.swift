// Shared. One client's place in a fill: how its loop is told that there is something new, at most once until it looked.

import Runtime
import Synchronization

final class FillReader: Sendable {
    let loop: Loop
    private let isTold = Atomic<Bool>(false)
    /// Where it stands in its fill's list, and how far it has read the body: under the fill's lock.
    let place = Atomic<Int>(FillReader.nowhere)
    let position = Atomic<Int64>(0)
    private let look: @Sendable () -> Void

    /// It has no place: not let in yet, gone, or cut off.
    static let nowhere = -1

    /// - Parameters:
    ///   - loop: The reader's loop.
    ///   - look: Called on it; there `FillReader.looked()` comes first.
    init(on loop: Loop, look: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.look = look
    }

    /// Tells the reader to look.
    ///
    /// Any thread; one wake-up however often it is called before the reader does.
    func tell() {
        guard !isTold.exchange(true, ordering: .acquiringAndReleasing) else { return }
        loop.execute(look)
    }

    /// The reader looks now: what comes after is told again.
    func looked() { isTold.store(false, ordering: .releasing) }
}

// Shared. The volumes that look-ups may read, by number, and the numbers of those that could not be opened yet. Only
// the writer thread adds and removes them.

import Runtime
import Synchronization

final class VolumeTable: Sendable {
    private let volumes = Lock<[UInt32: Volume]>([:])
    private let unopened = Lock<Set<UInt32>>([])

    subscript(number: UInt32) -> Volume? { volumes.withLock { $0[number] } }
    var all: [Volume] { volumes.withLock { Array($0.values) } }
    /// Volumes that exist and could not be opened yet.
    var allUnopened: Set<UInt32> { unopened.withLock { $0 } }

    /// Whether rows of a volume are useful, now or as soon as it can be opened.
    func isThere(_ number: UInt32) -> Bool { self[number] != nil || unopened.withLock { $0.contains(number) } }

    func add(_ volume: Volume) {
        volumes.withLock { $0[volume.number] = volume }
        _ = unopened.withLock { $0.remove(volume.number) }
    }

    func addUnopened(_ number: UInt32) { _ = unopened.withLock { $0.insert(number) } }

    func remove(_ number: UInt32) {
        volumes.withLock { _ = $0.removeValue(forKey: number) }
        _ = unopened.withLock { $0.remove(number) }
    }

    func removeAll() {
        volumes.withLock { $0 = [:] }
        unopened.withLock { $0 = [] }
    }
}

// Shared. The volumes that look-ups may read, by number; the writer thread alone adds and removes.

import Synchronization

final class VolumeTable: Sendable {
    private let volumes = Mutex<[UInt32: Volume]>([:])

    subscript(number: UInt32) -> Volume? { volumes.withLock { $0[number] } }
    func add(_ volume: Volume) { volumes.withLock { $0[volume.number] = volume } }
    func remove(_ number: UInt32) { volumes.withLock { _ = $0.removeValue(forKey: number) } }
    func removeAll() { volumes.withLock { $0 = [:] } }
    var all: [Volume] { volumes.withLock { Array($0.values) } }
}

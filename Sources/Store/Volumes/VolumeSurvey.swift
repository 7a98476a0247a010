// A value. The volumes that a start finds in the directory, with what the index knows of their rings.

import Logging
import NIOCore

struct VolumeSurvey: Sendable {
    struct Found: Sendable {
        let volume: Volume
        let charge: Int64
        let ring: Ring
        let isSingle: Bool
    }

    private(set) var volumes: [Found] = []
    private(set) var nextNumber: UInt32 = 1
    private(set) var nextPosition: Int64 = 0

    /// A directory without volumes.
    init() {}

    /// Opens every volume file; what is no volume of this format is removed.
    ///
    /// Blocks: one open and one read a volume.
    init(_ path: String, rows: [VolumeRow], highestNumber: UInt32, logger: Logger) throws(StoreError) {
        var known: [UInt32: VolumeRow] = [:]
        for row in rows { known[row.number] = row }
        nextPosition = (rows.map(\.order).max() ?? 0) + 1
        var found: [(Found, order: Int64)] = []
        for name in try Paths.names(in: path) {
            guard let number = Volume.number(ofName: name) else { continue }
            nextNumber = max(nextNumber, number + 1)
            do throws(StoreError) {
                let volume = try Volume.open(path + "/" + name, number: number)
                let row = known[number]
                let isSingle = volume.capacity < 1 << 20 || Self.holdsOneRecord(volume)
                let length = volume.file.status?.length ?? volume.capacity
                // A crash may have left more reserved than was written, and a copy of the file less.
                let charge = max(VolumeSlot.onDisk(length), volume.file.bytesOnDisk ?? volume.capacity)
                let ring = row.flatMap { Ring(rawValue: $0.ring) } ?? .probation
                let entry = Found(volume: volume, charge: charge, ring: ring, isSingle: isSingle)
                found.append((entry, row?.order ?? Int64(number)))
            } catch  where error.kind == .corrupt {
                logger.warning("A file among the volumes is not usable and is removed", metadata: ["error": "\(error)"])
                Paths.remove(path + "/" + name)
            }
        }
        volumes = found.sorted { $0.order < $1.order }.map(\.0)
        // Numbers are never used again, also those of volumes that only the index remembers.
        nextNumber = max(nextNumber, (rows.map(\.number).max() ?? 0) + 1, highestNumber + 1)
    }

    // A volume made for one body is as long as its record, or was opened for one that grew.
    private static func holdsOneRecord(_ volume: Volume) -> Bool {
        var scan = VolumeScan(volume)
        guard let first = scan.next() else { return false }
        return first.prefix.bodyLength > 256 << 10 && scan.next() == nil
    }
}

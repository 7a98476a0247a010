// Value. The volumes that a start finds in the directory, with what the index knows of their rings.
//
// Invariants: every file that has a volume's name is counted for the numbers that are not used again, and charged; only
// what was read and is no volume is removed.

import Logging
import NIOCore

struct VolumeSurvey: Sendable {
    /// Opens a volume: `Volume.open`, or what a test has in its place.
    typealias Open = @Sendable (_ path: String, _ number: UInt32) throws(StoreError) -> Volume

    struct Found: Sendable {
        let number: UInt32
        /// Nil if it could not be opened: it is tried again.
        let volume: Volume?
        let charge: Int64
        let ring: Ring
        let isSingle: Bool

        /// As eviction knows it.
        var slot: VolumeSlot { VolumeSlot(volume: number, charge: charge, isSingle: isSingle) }
    }

    /// Volumes that could not be opened are told of one by one up to this many.
    private static let loggedLimit = 10

    private(set) var volumes: [Found] = []
    private(set) var nextNumber: UInt32 = 1
    private(set) var nextPosition: Int64 = 0

    /// A directory without volumes.
    init() {}

    /// Opens every volume file; what is no volume of this format is removed.
    ///
    /// Blocks: one open and one read a volume.
    ///
    /// - Throws: Where the directory cannot be listed: then nothing is known of it.
    init(
        _ path: String,
        rows: [VolumeRow],
        highestNumber: UInt32,
        open: Open,
        logger: Logger
    ) throws(StoreError) {
        var known: [UInt32: VolumeRow] = [:]
        for row in rows { known[row.number] = row }
        nextPosition = (rows.map(\.order).max() ?? 0) + 1
        var found: [(Found, order: Int64)] = []
        var unopened = 0
        for name in try Paths.names(in: path) {
            guard let number = Volume.number(ofName: name) else { continue }
            nextNumber = max(nextNumber, number + 1)
            let row = known[number]
            let ring = row.flatMap { Ring(rawValue: $0.ring) } ?? .probation
            do throws(StoreError) {
                let entry = Self.found(try open(path + "/" + name, number), in: ring)
                found.append((entry, row?.order ?? Int64(number)))
            } catch {
                if error.kind == .corrupt {
                    logger.warning(
                        "A file among the volumes is not usable and is removed",
                        metadata: ["error": "\(error)"]
                    )
                    Paths.remove(path + "/" + name)
                    continue
                }
                unopened += 1
                if unopened <= Self.loggedLimit {
                    logger.warning(
                        "A volume cannot be opened; until it can, its pictures are fetched from the origins",
                        metadata: ["error": "\(error)"]
                    )
                }
                let charge = VolumeLayout.onDisk(Paths.onDisk(path + "/" + name))
                let entry = Found(number: number, volume: nil, charge: charge, ring: ring, isSingle: false)
                found.append((entry, row?.order ?? Int64(number)))
            }
        }
        if unopened > Self.loggedLimit {
            logger.warning("More volumes cannot be opened", metadata: ["volumes": "\(unopened - Self.loggedLimit)"])
        }
        volumes = found.sorted { $0.order < $1.order }.map(\.0)
        // Numbers are never used again, also those of volumes that only the index remembers.
        nextNumber = max(nextNumber, (rows.map(\.number).max() ?? 0) + 1, highestNumber + 1)
    }

    /// What is known of a volume once it is open.
    static func found(_ volume: Volume, in ring: Ring) -> Found {
        let length = volume.file.status?.length ?? volume.capacity
        return Found(
            number: volume.number,
            volume: volume,
            // A crash may have left more reserved than was written, and a copy of the file less.
            charge: max(VolumeLayout.onDisk(length), volume.file.bytesOnDisk ?? volume.capacity),
            ring: ring,
            isSingle: volume.capacity < 1 << 20 || holdsOneRecord(volume)
        )
    }

    // A volume made for one body is as long as its record, or was opened for one that grew.
    private static func holdsOneRecord(_ volume: Volume) -> Bool {
        var scan = VolumeScan(volume)
        guard let first = scan.next() else { return false }
        return first.prefix.bodyLength > 256 << 10 && scan.next() == nil
    }
}

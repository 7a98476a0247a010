// Value. The volumes that a start finds in the directory, with their rings according to the index.
//
// Invariants: every file with a volume's name is charged, and its number is not used again; a file is removed only if
// it was read and is not a volume.

import Logging
import NIOCore

struct VolumeSurvey: Sendable {
    /// Opens a volume: `Volume.open`, or a replacement in a test.
    typealias Open = @Sendable (_ path: String, _ number: UInt32) throws(StoreError) -> Volume

    struct Found: Sendable {
        let number: UInt32
        /// Nil if it could not be opened: it is tried again.
        let volume: Volume?
        let charge: Int64
        let ring: Ring
        let isSingle: Bool

        /// The slot for eviction.
        var slot: VolumeSlot { VolumeSlot(volume: number, charge: charge, isSingle: isSingle) }
    }

    /// The most unopened volumes that are logged one by one.
    private static let loggedLimit = 10

    private(set) var volumes: [Found] = []
    private(set) var nextNumber: UInt32 = 1
    private(set) var nextPosition: Int64 = 0

    /// An empty directory.
    init() {}

    /// Opens every volume file; removes files that are not volumes of this format.
    ///
    /// Blocks: one open and one read for each volume.
    ///
    /// - Throws: If the directory cannot be listed: then nothing is known about it.
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
        // Numbers are never used again, not even those of volumes that only the index remembers.
        nextNumber = max(nextNumber, (rows.map(\.number).max() ?? 0) + 1, highestNumber + 1)
    }

    /// The data of an open volume.
    static func found(_ volume: Volume, in ring: Ring) -> Found {
        let length = volume.file.status?.length ?? volume.capacity
        return Found(
            number: volume.number,
            volume: volume,
            // A crash may have left more reserved than was written, and a copied file may have less.
            charge: max(VolumeLayout.onDisk(length), volume.file.bytesOnDisk ?? volume.capacity),
            ring: ring,
            isSingle: volume.capacity < 1 << 20 || holdsOneRecord(volume)
        )
    }

    // A volume made for one body is as long as its record, or was made for one that grew.
    private static func holdsOneRecord(_ volume: Volume) -> Bool {
        var scan = VolumeScan(volume)
        guard let first = scan.next() else { return false }
        return first.prefix.bodyLength > 256 << 10 && scan.next() == nil
    }
}

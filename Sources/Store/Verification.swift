// Value. The report of `larder verify`, and the check itself. It walks every volume of a cache directory that no larder
// uses, checks each header and body against its checksum, and compares records and index. It changes nothing.

import HTTPMessage
import Logging
import NIOCore

/// The findings of a check of a cache directory.
public struct VerificationReport: Sendable, Equatable {
    /// Volume files that were read.
    public internal(set) var volumes = 0
    /// Volume files that do not have this format.
    public internal(set) var unusableVolumes = 0
    /// Volume files without a byte: a crash came before their first byte, and they are harmless.
    public internal(set) var emptyVolumes = 0
    /// Records with a whole header, in any state.
    public internal(set) var records = 0
    /// Records that are complete and have correct bodies.
    public internal(set) var complete = 0
    /// Records whose body was not finished.
    public internal(set) var reserved = 0
    /// Records that were purged, invalidated or replaced.
    public internal(set) var removed = 0
    /// Complete records whose body was changed, or whose key does not belong to this directory.
    public internal(set) var broken = 0
    /// Bytes of volumes that belong to no whole record: left by failed writes, or damaged.
    public internal(set) var skippedBytes: Int64 = 0
    /// Bytes of correct bodies.
    public internal(set) var bodyBytes: Int64 = 0
    /// False if there is no index, or it cannot be read: then rows are not compared.
    public internal(set) var isIndexReadable = false
    /// Rows of the index.
    public internal(set) var rows = 0
    /// Rows of removed volumes: left for a later clean-up, and harmless.
    public internal(set) var rowsOfGoneVolumes = 0
    /// Rows of removed or unfinished records: a crash came before the row was removed, and they are harmless.
    public internal(set) var rowsOfRemovedRecords = 0
    /// Rows whose volume has no record there, or another one.
    public internal(set) var rowsWithoutRecord = 0
    /// Complete records that no row names: older than another of their key, or lost to the index.
    public internal(set) var recordsWithoutRow = 0

    /// The damage; the first items by name, and all are counted above.
    public internal(set) var damage: [VerificationDamage] = []

    /// True if nothing is damaged: every body is as it was written, and every row has its record.
    ///
    /// Leftovers of a crash are not damage.
    public var isSound: Bool { unusableVolumes + broken + rowsWithoutRecord == 0 && isIndexReadable }
}

/// One damaged item.
public struct VerificationDamage: Sendable, Equatable {
    /// The kind of damage, with the name it has in reports.
    public enum Kind: String, Sendable {
        /// A body that was changed, or a key that does not belong to the directory.
        case broken
        /// A row of the index whose record does not exist.
        case rowWithoutRecord = "row-without-record"
        /// A file among the volumes that does not have this format, or cannot be read.
        case unusableVolume = "unusable-volume"
    }

    /// The kind of damage.
    public let kind: Kind
    /// The cache key; nil for a volume.
    public let key: String?
    /// The volume's number.
    public let volume: Int
    /// The offset of the record in the volume; nil for a volume.
    public let offset: Int64?
}

extension Store {
    /// Checks a cache directory that no larder uses, and changes nothing in it.
    ///
    /// Blocks until all of it is read.
    /// - Parameters:
    ///   - directory: The cache directory.
    ///   - progress: Called with the figures so far, after each volume.
    /// - Returns: The findings.
    /// - Throws: `inUse` if a larder uses it, `missing` if it is not a cache directory, `corrupt` if it has another
    ///   format.
    public static func verify(
        directory: String,
        progress: (VerificationReport) -> Void = { _ in }
    ) throws(StoreError) -> VerificationReport {
        guard let keyHash = try StoreFiles.read(directory) else {
            throw StoreError(.missing, "verify", directory, detail: "no cache directory")
        }
        // Held to the end, so that no larder starts meanwhile. A directory that cannot be written has no other user
        // either.
        let lock = try StoreFiles.sharedLock(directory)
        defer { withExtendedLifetime(lock) {} }
        var verification = Verification(directory, keyHash)
        try verification.run(progress)
        return verification.report
    }
}

/// One check of a directory in progress.
private struct Verification {
    /// The most damaged items that are reported by name.
    private static let namedDamage = 1000

    private let directory: String
    private let keyHash: KeyHash
    private(set) var report = VerificationReport()
    /// Complete records by their place, with their keys' hashes.
    private var complete: [RecordLocation: UInt64] = [:]
    /// Places of removed or unfinished records.
    private var removed: Set<RecordLocation> = []
    /// Places of records that are counted as broken.
    private var broken: Set<RecordLocation> = []
    private var numbers: Set<UInt32> = []

    init(_ directory: String, _ keyHash: KeyHash) {
        self.directory = directory
        self.keyHash = keyHash
    }

    mutating func run(_ progress: (VerificationReport) -> Void) throws(StoreError) {
        let volumes = directory + "/volumes"
        for number in try Paths.names(in: volumes).compactMap({ Volume.number(ofName: $0) }).sorted() {
            let path = volumes + "/" + Volume.name(number)
            do throws(StoreError) {
                check(try Volume.open(path, number: number, isReadOnly: true))
            } catch {
                let isEmpty = error.kind == .corrupt && (try? File(path, .read))?.status?.length == 0
                if isEmpty {
                    report.emptyVolumes += 1
                } else {
                    report.unusableVolumes += 1
                    Self.add(.unusableVolume, nil, RecordLocation(volume: number, offset: 0), to: &report)
                }
            }
            progress(report)
        }
        do throws(StoreError) {
            try compareRows()
            report.isIndexReadable = true
        } catch {
            report.isIndexReadable = false
        }
    }

    private mutating func check(_ volume: Volume) {
        report.volumes += 1
        numbers.insert(volume.number)
        var scan = VolumeScan(volume)
        while let found = scan.next() {
            report.records += 1
            switch found.prefix.state {
            case .reserved:
                report.reserved += 1
                removed.insert(found.location)
            case .removed:
                report.removed += 1
                removed.insert(found.location)
            case .complete:
                let at = Int64(found.location.offset) + Int64(found.prefix.headerLength)
                let body = volume.file.check(
                    at: at,
                    length: found.prefix.bodyLength,
                    against: found.prefix.bodyChecksum
                )
                guard body == .right, keyHash(found.key) == found.prefix.hash else {
                    report.broken += 1
                    broken.insert(found.location)
                    Self.add(.broken, found.key, found.location, to: &report)
                    continue
                }
                report.complete += 1
                report.bodyBytes += found.prefix.bodyLength
                complete[found.location] = found.prefix.hash
            }
        }
        report.skippedBytes += scan.skipped
    }

    private static func add(
        _ kind: VerificationDamage.Kind,
        _ key: [UInt8]?,
        _ location: RecordLocation,
        to report: inout VerificationReport
    ) {
        guard report.damage.count < namedDamage else { return }
        report.damage.append(
            VerificationDamage(
                kind: kind,
                key: key.map { PercentEncoding.readable($0) },
                volume: Int(location.volume),
                offset: key == nil ? nil : Int64(location.offset)
            )
        )
    }

    private mutating func compareRows() throws(StoreError) {
        let (keyHash, removed, broken) = (keyHash, removed, broken)
        var report = report
        var unnamed = complete
        try IndexReader(untouched: directory + "/" + IndexDatabase.fileName).visit { row in
            report.rows += 1
            if !numbers.contains(row.location.volume) {
                report.rowsOfGoneVolumes += 1
            } else if removed.contains(row.location) {
                report.rowsOfRemovedRecords += 1
            } else if broken.contains(row.location) {
                return
            } else if unnamed.removeValue(forKey: row.location) != keyHash(row.key) {
                report.rowsWithoutRecord += 1
                Self.add(.rowWithoutRecord, row.key, row.location, to: &report)
            }
        }
        report.recordsWithoutRow = unnamed.count
        self.report = report
    }
}

// Value, and how it comes about: `larder verify` walks every volume of a cache directory that no larder uses, checks
// each header and body against its checksum, and compares records and index. It changes nothing.

import HTTPMessage
import Logging
import NIOCore

/// What checking a cache directory found.
public struct VerificationReport: Sendable, Equatable {
    /// Volume files that were read.
    public internal(set) var volumes = 0
    /// Volume files that are none of this format.
    public internal(set) var unusableVolumes = 0
    /// Volume files without a byte: a crash came before their first, and they are harmless.
    public internal(set) var emptyVolumes = 0
    /// Records with a whole header, in any state.
    public internal(set) var records = 0
    /// Records that are complete, their bodies right.
    public internal(set) var complete = 0
    /// Records whose body was not finished.
    public internal(set) var reserved = 0
    /// Records that were purged, invalidated or replaced.
    public internal(set) var removed = 0
    /// Complete records whose body is not what was written, or whose key does not belong to this directory.
    public internal(set) var broken = 0
    /// Bytes of volumes that belong to no whole record: left by failed writes, or damage.
    public internal(set) var skippedBytes: Int64 = 0
    /// Bytes of right bodies.
    public internal(set) var bodyBytes: Int64 = 0
    /// False if there is no index, or it cannot be read: then rows are not compared.
    public internal(set) var isIndexReadable = false
    /// Rows of the index.
    public internal(set) var rows = 0
    /// Rows of volumes that are gone: left for a later tidying up, and harmless.
    public internal(set) var rowsOfGoneVolumes = 0
    /// Rows of records that are removed or not finished: a crash came before the row went, and they are harmless.
    public internal(set) var rowsOfRemovedRecords = 0
    /// Rows whose volume has no record there, or another one.
    public internal(set) var rowsWithoutRecord = 0
    /// Complete records that no row names: older than another of their key, or lost to the index.
    public internal(set) var recordsWithoutRow = 0

    /// What is damaged; the first ones by name, all are counted above.
    public internal(set) var damage: [VerificationDamage] = []

    /// True if nothing is damaged: every body is as it was written, and every row has its record.
    ///
    /// What a crash leaves behind is no damage.
    public var isSound: Bool { unusableVolumes + broken + rowsWithoutRecord == 0 && isIndexReadable }
}

/// One thing that is damaged.
public struct VerificationDamage: Sendable, Equatable {
    /// What is damaged, with the name it has in reports.
    public enum Kind: String, Sendable {
        /// A body that is not what was written, or a key that does not belong to the directory.
        case broken
        /// A row of the index whose record is not there.
        case rowWithoutRecord = "row-without-record"
        /// A file among the volumes that is none of this format, or cannot be read.
        case unusableVolume = "unusable-volume"
    }

    /// What it is.
    public let kind: Kind
    /// The cache key; nil of a volume.
    public let key: String?
    /// The volume's number.
    public let volume: Int
    /// Where in the volume the record begins; nil of a volume.
    public let offset: Int64?
}

extension Store {
    /// Checks a cache directory that no larder uses, and changes nothing in it.
    ///
    /// Blocks for as long as it takes to read it.
    /// - Parameters:
    ///   - directory: The cache directory.
    ///   - progress: Called with the figures so far, after each volume.
    /// - Returns: What was found.
    /// - Throws: `inUse` where a larder runs on it, `missing` where it is no cache directory, `corrupt` where it is
    ///   another format's.
    public static func verify(
        directory: String,
        progress: (VerificationReport) -> Void = { _ in }
    ) throws(StoreError) -> VerificationReport {
        guard let keyHash = try StoreFiles.read(directory) else {
            throw StoreError(.missing, "verify", directory, detail: "no cache directory")
        }
        // Held to the end: no larder starts meanwhile. A directory that cannot be written has no other user either.
        let lock = try StoreFiles.sharedLock(directory)
        defer { withExtendedLifetime(lock) {} }
        var verification = Verification(directory, keyHash)
        try verification.run(progress)
        return verification.report
    }
}

/// One check of a directory under way.
private struct Verification {
    /// What is named of the damage.
    private static let namedDamage = 1000

    private let directory: String
    private let keyHash: KeyHash
    private(set) var report = VerificationReport()
    /// Complete records by their place, with their keys' hashes.
    private var complete: [RecordLocation: UInt64] = [:]
    /// Places of records that are removed or not finished.
    private var removed: Set<RecordLocation> = []
    /// Places of broken records, which are counted as such.
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

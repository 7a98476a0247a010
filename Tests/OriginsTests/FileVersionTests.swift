// The rules of a file's status as tables: when its writer has finished, and by which validators its content is known.

import HTTPMessage
import Runtime
import Testing

@testable import Origins

@Suite("What a file's status says of its content") struct FileVersionTests {
    /// 2023-11-14.
    private static let now: Int64 = 1_700_000_000

    /// A version; times in seconds before `now`.
    private static func version(modified: Double, changed: Double, keepsChangeTime: Bool = true) -> FileVersion {
        FileVersion(
            size: 10,
            modified: time(modified),
            changed: time(changed),
            keepsChangeTime: keepsChangeTime
        )
    }

    private static func time(_ before: Double) -> FileTime {
        let nanoseconds = Int64((-before * 1_000_000_000).rounded())
        let seconds = (Double(nanoseconds) / 1_000_000_000).rounded(.down)
        return FileTime(seconds: now + Int64(seconds), nanoseconds: nanoseconds - Int64(seconds) * 1_000_000_000)
    }

    @Test(
        "decision 56: a version has settled when its mtime and its ctime are two seconds old",
        arguments: [
            (2, 2, true), (1000, 1000, true), (1.999, 1.999, false), (0, 0, false),
            // Either is enough: a copy sets its mtime back, another program sets it ahead.
            (1000, 1.5, false), (1.5, 1000, false),
            // The clock of the file server is ahead; nothing is more than a day ahead because of a clock.
            (-5, -5, false), (-86_399, -86_399, false), (-90_000, -90_000, true),
            // An mtime in the future was set by a program, and says nothing where ctime is kept.
            (-3600, 1000, true), (-1e9, 1000, true), (-1e9, 1, false),
        ] as [(Double, Double, Bool)]
    )
    func settles(modified: Double, changed: Double, expected: Bool) {
        let version = Self.version(modified: modified, changed: changed)
        #expect(version.isSettled(at: FileTime(seconds: Self.now)) == expected)
    }

    @Test(
        "without a ctime, mtime alone decides",
        arguments: [(2, true), (1, false), (-3600, false), (-90_000, true)] as [(Double, Bool)]
    )
    func settlesWithoutChangeTime(modified: Double, expected: Bool) {
        let version = Self.version(modified: modified, changed: Double(Self.now), keepsChangeTime: false)
        #expect(version.isSettled(at: FileTime(seconds: Self.now)) == expected)
    }

    @Test("decision 57: the tag changes with each of size, mtime and ctime, to the nanosecond, and is strong")
    func tags() {
        let base = Self.version(modified: 1000, changed: 500)
        var others: [FileVersion] = Array(repeating: base, count: 5)
        others[0].size = 11
        others[1].modified.seconds += 1
        others[2].modified.nanoseconds += 1
        others[3].changed.seconds += 1
        others[4].changed.nanoseconds += 1
        let tags = Set(others.map(\.entityTag) + [base.entityTag])
        #expect(tags.count == 6)
        #expect(tags.allSatisfy { EntityTag.parse($0)?.isWeak == false })
        // What moves from one number to the next makes another tag.
        let left = FileVersion(size: 1, modified: time(1), changed: time(0x11), keepsChangeTime: true)
        let right = FileVersion(size: 1, modified: time(0x11), changed: time(1), keepsChangeTime: true)
        #expect(left.entityTag != right.entityTag)
    }

    private func time(_ nanoseconds: Int64) -> FileTime { FileTime(seconds: 100, nanoseconds: nanoseconds) }

    @Test(
        "an open file has the same content as long as size, mtime and ctime are the same, or only a name is lost",
        arguments: [
            (10, 100, 50, 1, true), (11, 100, 50, 1, false), (10, 99, 50, 1, false), (10, 100, 49, 1, false),
            (10, 100, 49, 0, true), (10, 99, 49, 0, false), (11, 100, 49, 0, false), (10, 100, 49, 2, false),
        ] as [(Int64, Double, Double, UInt64, Bool)]
    )
    func continues(size: Int64, modified: Double, changed: Double, links: UInt64, expected: Bool) {
        var later = Self.version(modified: modified, changed: changed)
        (later.size, later.links) = (size, links)
        #expect(Self.version(modified: 100, changed: 50).isContinued(by: later) == expected)
    }

    @Test(
        "the tag is weak where other content can have the same times",
        arguments: [(true, 0), (true, 1), (true, -11_644_473_600), (false, now)] as [(Bool, Int64)]
    )
    func weakTags(keepsChangeTime: Bool, changed: Int64) {
        var version = Self.version(modified: 1000, changed: 1000, keepsChangeTime: keepsChangeTime)
        version.changed = FileTime(seconds: changed)
        #expect(version.entityTag.hasPrefix("W/\""))
        #expect(!version.isDateStrong)
    }

    @Test(
        "RFC 9110 §8.8.2.1: no Last-Modified for times that stand for none, nor for one after Date",
        arguments: [
            (0, nil), (1, nil), (-1, nil), (.min, nil), (.max, nil), (now + 1, nil), (now, now), (2, 2),
            (315_532_800, 315_532_800),
        ] as [(Int64, Int64?)]
    )
    func lastModified(modified: Int64, expected: Int64?) {
        var version = Self.version(modified: 0, changed: 100)
        version.modified = FileTime(seconds: modified, nanoseconds: 5)
        let date = WallTime(secondsSinceEpoch: Self.now)
        #expect(version.lastModified(at: date)?.secondsSinceEpoch == expected)
        #expect(!version.entityTag.isEmpty)
    }

    @Test(
        "RFC 9110 §8.8.2.2: Last-Modified is strong where nothing has changed since its second",
        arguments: [(100, 100, true), (100.9, 100.1, true), (101, 99.5, false), (100, 50, false), (50, 100, false)]
            as [(Double, Double, Bool)]
    )
    func strongDates(modified: Double, changed: Double, expected: Bool) {
        #expect(Self.version(modified: modified, changed: changed).isDateStrong == expected)
    }

    @Test(
        "which file systems keep ctime",
        arguments: [
            (0xEF53, true), (0x5846_5342, true), (0x9123_683E, true), (0x0102_1994, true), (0x794C_7630, true),
            (0x6969, true), (0xFF53_4D42, true), (0xFE53_4D42, true), (0x2FC1_2FC1, true), (0x00C3_6400, true),
            (0x4D44, false), (0x2011_BAB0, false), (0x6573_5546, false), (0x9660, false), (0x7371_7368, false),
            (0, false),
        ] as [(UInt32, Bool)]
    )
    func fileSystems(magic: UInt32, expected: Bool) {
        #expect(FileSystems.keepsChangeTime(magic) == expected)
    }
}

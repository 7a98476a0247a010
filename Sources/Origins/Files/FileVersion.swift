// Values. A file's content as its status describes it: which version it is, whether that version is finished, and its
// validators (RFC 9110 §8.8). Pure.

import HTTPMessage
import Runtime

/// An instant in nanoseconds since 1970-01-01T00:00:00Z, as file systems count them.
struct FileTime: Sendable, Hashable, Comparable {
    /// Negative before 1970.
    var seconds: Int64
    /// 0 ..< 1,000,000,000.
    var nanoseconds: Int64 = 0

    static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The instant so many seconds later, or the last one there is.
    func advanced(by seconds: Int64) -> FileTime {
        FileTime(
            seconds: (WallTime(secondsSinceEpoch: self.seconds) + seconds).secondsSinceEpoch,
            nanoseconds: nanoseconds
        )
    }
}

/// One version of a file's content, as far as its status distinguishes versions.
struct FileVersion: Sendable {
    /// The age of the last change, in seconds, at which the writer counts as finished.
    ///
    /// Also the coarsest unit in which a file system counts times (FAT): a later change gets another time.
    static let settlingTime: Int64 = 2
    /// How far in the future a change can be, in seconds, because the clock of a file server is wrong.
    ///
    /// A time further ahead is ignored, so that a machine whose own clock is years behind still caches.
    static let maximumClockError: Int64 = 86_400

    /// Bytes.
    var size: Int64
    /// When the content was modified (mtime), according to the file system or any program.
    var modified: FileTime
    /// When content or status changed (ctime); a program cannot set it.
    var changed: FileTime
    /// Whether the file system keeps `changed` (`FileSystems`).
    var keepsChangeTime: Bool
    /// The number of names of the file; it does not distinguish versions.
    var links: UInt64 = 1

    /// Whether the last change is old enough for its writer to have finished.
    ///
    /// - Parameter now: The wall clock of this machine.
    /// - Returns: Whether it is.
    func isSettled(at now: FileTime) -> Bool {
        // If ctime is kept, an mtime in the future was set by a program and does not say when the content changed.
        let error = isChangeTimeTrusted ? 0 : Self.maximumClockError
        return !Self.isYoung(changed, at: now, ahead: Self.maximumClockError)
            && !Self.isYoung(modified, at: now, ahead: error)
    }

    private static func isYoung(_ time: FileTime, at now: FileTime, ahead: Int64) -> Bool {
        now < time.advanced(by: settlingTime) && time <= now.advanced(by: ahead)
    }

    /// Whether a change of the content always shows in `changed`: file systems report 0 or 1 for an unknown time.
    var isChangeTimeTrusted: Bool { keepsChangeTime && changed.seconds > 1 }

    /// Whether a later status of the same open file is of the same content.
    ///
    /// A file that loses a name, for example because another is renamed over it, has another ctime and the same
    /// content.
    ///
    /// - Parameter later: The version according to the later status.
    /// - Returns: Whether it is.
    func isContinued(by later: FileVersion) -> Bool {
        size == later.size && modified == later.modified && (changed == later.changed || later.links < links)
    }

    /// The entity tag of this version, once it has settled.
    ///
    /// Made only from both times and the size, so that machines which mount one share give one tag. Weak if other
    /// content can have the same times.
    var entityTag: String {
        let tag = "\"\(Self.text(modified))-\(Self.text(changed))-\(String(size, radix: 36))\""
        return isChangeTimeTrusted ? tag : "W/" + tag
    }

    private static func text(_ time: FileTime) -> String {
        String(UInt64(bitPattern: time.seconds &* 1_000_000_000 &+ time.nanoseconds), radix: 36)
    }

    /// Last-Modified, if there is one: not for times that mean "unknown", nor for one later than the response's Date
    /// (RFC 9110 §8.8.2.1).
    ///
    /// - Parameter date: The Date of the response.
    /// - Returns: The second of `modified`.
    func lastModified(at date: WallTime) -> WallTime? {
        guard modified.seconds > 1, modified.seconds <= date.secondsSinceEpoch else { return nil }
        return WallTime(secondsSinceEpoch: modified.seconds)
    }

    /// Whether no other content had the same second in Last-Modified, once the file has settled (RFC 9110 §8.8.2.2):
    /// nothing has changed since that second, so no program has set the time back.
    var isDateStrong: Bool { isChangeTimeTrusted && changed.seconds == modified.seconds }
}

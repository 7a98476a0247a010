// Shared. Which mounted file systems keep the time of a file's last change (ctime). Determined once for each device,
// because on NFS it costs a call to the server. Used by the origin's file threads; no system call under the lock.

import CLinux
import Runtime
import Synchronization

/// The file systems of an origin's files.
final class FileSystems: Sendable {
    /// The most devices that are remembered; others are asked about each time.
    private static let maximumDevices = 64

    private let known = Lock<[UInt64: Bool]>([:])

    /// Whether the file system of a file keeps ctime.
    func keepChangeTime(_ descriptor: SharedDescriptor, device: UInt64) -> Bool {
        if let answer = known.withLock({ $0[device] }) { return answer }
        let answer = Self.keepsChangeTime(clinux_file_system_of(descriptor.number))
        known.withLock { if $0.count < Self.maximumDevices { $0[device] = answer } }
        return answer
    }

    /// Whether file systems of a kind keep ctime.
    ///
    /// - Parameter magic: The magic number of statfs(2); 0 if it is not known.
    /// - Returns: Whether they do, as far as known.
    static func keepsChangeTime(_ magic: UInt32) -> Bool {
        magic != 0 && !withoutChangeTime.contains(magic)
    }

    /// Those that have no ctime of their own and report another time instead, mostly mtime.
    private static let withoutChangeTime: Set<UInt32> = [
        0x4D44,  // FAT
        0x2011_BAB0,  // exFAT
        0x6573_5546,  // FUSE: the program behind it decides; sshfs and rclone tell mtime
        0x4244,  // HFS
        0x5346_414F, 0x6B41_4653,  // AFS
        0x0102_1997,  // 9P, unless .L
        0x9660,  // ISO 9660: as all that follow, an image that another can take the place of
        0x7371_7368,  // SquashFS
        0xE0F5_E1E2,  // EROFS
        0x28CD_3D45, 0x453D_CD28,  // cramfs
        0x7275,  // romfs
    ]
}

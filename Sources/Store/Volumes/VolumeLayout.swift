// Value. The sizes of a volume, in bytes, without its file. Pure.

enum VolumeLayout {
    /// The header at a volume's start uses one record alignment; records follow.
    static let headerLength: Int64 = 64

    /// Disk space is reserved in steps of this many bytes, as long as they fit.
    private static let step: Int64 = 4 << 20

    /// The bytes used on disk for a length: files use whole blocks.
    static func onDisk(_ length: Int64) -> Int64 { (length + 4095) & ~4095 }

    /// The bytes used on disk by a volume that is written up to `end`.
    static func onDisk(writtenUpTo end: Int64, capacity: Int64) -> Int64 {
        onDisk(stepped(end, capacity: capacity) ?? end)
    }

    /// The end of the disk space to reserve for bytes that end at `end`; nil if a whole step exceeds the capacity.
    static func stepped(_ end: Int64, capacity: Int64) -> Int64? {
        let next = (end + step - 1) / step * step
        return next <= capacity ? next : nil
    }
}

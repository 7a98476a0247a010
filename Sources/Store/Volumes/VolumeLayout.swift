// Value. What a volume takes: bytes, no file. Pure.

enum VolumeLayout {
    /// The header at a volume's start takes one record alignment; records follow.
    static let headerLength: Int64 = 64

    /// Disk space is taken in steps of so many bytes, as long as they fit.
    private static let step: Int64 = 4 << 20

    /// What bytes take on disk: files take whole blocks.
    static func onDisk(_ length: Int64) -> Int64 { (length + 4095) & ~4095 }

    /// What a volume that is written up to `end` takes on disk.
    static func onDisk(writtenUpTo end: Int64, capacity: Int64) -> Int64 {
        onDisk(stepped(end, capacity: capacity) ?? end)
    }

    /// Up to where disk space is taken for what ends at `end`; nil if a whole step passes the capacity.
    static func stepped(_ end: Int64, capacity: Int64) -> Int64? {
        let next = (end + step - 1) / step * step
        return next <= capacity ? next : nil
    }
}

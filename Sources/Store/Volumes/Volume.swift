// Shared, immutable but for the kernel's mapping. One volume file, open as long as anybody reads from it.

import CLinux
import Glibc
import NIOCore
import Runtime
import Synchronization

/// An append-only file of records.
public final class Volume: Sendable {
    static let magic: UInt32 = 0x3156_524C  // "LRV1" in the file

    /// Larger numbers in names or in the index are not from larder.
    static let maximumNumber: UInt32 = 1 << 31

    let number: UInt32
    let file: File
    /// The bytes charged for the volume while it is being written.
    let capacity: Int64
    private let mapping = Lock<UInt>(0)
    /// The end of the reserved disk space, as far as the writer knows.
    private let reserved = Atomic<Int64>(0)

    init(number: UInt32, file: File, capacity: Int64) {
        self.number = number
        self.file = file
        self.capacity = capacity
    }

    deinit {
        let address = mapping.withLock { $0 }
        // because the address came from mmap with this length, and nobody can ask any more
        if address != 0 { unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), Int(capacity)) }
    }

    static func name(_ number: UInt32) -> String { "\(number).volume" }

    static func number(ofName name: String) -> UInt32? {
        guard name.hasSuffix(".volume"), let number = UInt32(name.dropLast(7)), number <= maximumNumber,
            Self.name(number) == name
        else { return nil }
        return number
    }

    /// The file's descriptor, for `sendfile`; valid while the volume is held.
    public var descriptor: CInt { file.descriptor }

    /// Reserves disk space for the next writes, in large steps: cheaper than block by block with each write, and
    /// contiguous.
    ///
    /// Does nothing if the file system cannot; then the writes find out whether there is room. About 30 µs for a step;
    /// on the writer thread.
    func reserve(upTo end: Int64) {
        let start = reserved.load(ordering: .relaxed)
        guard end > start, let next = VolumeLayout.stepped(end, capacity: capacity) else { return }
        reserved.store(next, ordering: .relaxed)
        _ = clinux_reserve(file.descriptor, Int(start), Int(next - start))
    }

    /// True if `sendfile` of the range would not wait for the disk.
    ///
    /// About 1 µs for 1 MB; any thread.
    public func isResident(_ range: Range<Int64>) -> Bool {
        guard range.upperBound <= capacity else { return false }
        let address = mapping.withLock { address in
            if address == 0 { address = mapped() }
            return address
        }
        // because the mapping covers the capacity and lives until deinit; mincore reads no byte of it
        guard let base = unsafe UnsafeRawPointer(bitPattern: address) else { return false }
        return unsafe clinux_is_resident(base, Int(range.lowerBound), range.count) == 1
    }

    private func mapped() -> UInt {
        // because a shared read-only mapping of a file we hold open, never dereferenced, cannot fault
        let address = unsafe mmap(nil, Int(capacity), PROT_READ, MAP_SHARED, file.descriptor, 0)
        return unsafe address == MAP_FAILED ? 0 : UInt(bitPattern: address)
    }

    /// The 64 bytes at a volume's start.
    static func header(number: UInt32, capacity: Int64) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(magic, endianness: .little)
        buffer.writeInteger(UInt32(Record.formatVersion), endianness: .little)
        buffer.writeInteger(number, endianness: .little)
        // Versions before 0.1 had the class of body sizes here, 0 to 2.
        buffer.writeInteger(UInt32(0), endianness: .little)
        buffer.writeInteger(capacity, endianness: .little)
        let checksum = buffer.crc32c()
        buffer.writeInteger(checksum, endianness: .little)
        buffer.writeRepeatingByte(0, count: Int(VolumeLayout.headerLength) - buffer.readableBytes)
        return buffer
    }

    /// Opens a volume file and checks its header.
    ///
    /// Blocks.
    ///
    /// - Throws: `corrupt` if it was read and is not a volume of this format; any other error says nothing about its
    ///   contents.
    static func open(_ path: String, number: UInt32, isReadOnly: Bool = false) throws(StoreError) -> Volume {
        // Opening a pipe would wait, and opening a device may have an effect.
        guard try Paths.isRegularFile(path) else { throw StoreError(.io, "open", path, detail: "not a regular file") }
        let file = try File(path, isReadOnly ? .read : .readWrite)
        var buffer = ByteBuffer()
        let read = file.read(Int(VolumeLayout.headerLength), at: 0, into: &buffer, mayBlock: true)
        if case .failed(let code) = read { throw StoreError(errno: code, "read", path) }
        guard read == .complete, buffer.getInteger(at: 0, endianness: .little, as: UInt32.self) == magic,
            buffer.getInteger(at: 4, endianness: .little, as: UInt32.self) == UInt32(Record.formatVersion),
            buffer.getInteger(at: 8, endianness: .little, as: UInt32.self) == number,
            let capacity = buffer.getInteger(at: 16, endianness: .little, as: Int64.self),
            (1...2 * Record.maximumBodyLength).contains(capacity),
            buffer.getSlice(at: 0, length: 24)?.crc32c()
                == buffer.getInteger(at: 24, endianness: .little, as: UInt32.self)
        else { throw StoreError(.corrupt, "open", path, detail: "not a volume of this format") }
        return Volume(number: number, file: file, capacity: capacity)
    }
}

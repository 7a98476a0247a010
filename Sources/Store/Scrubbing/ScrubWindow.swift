// Value, confined to the scrub's thread. The block of a volume that the scrub checks. It is read once for all records
// in it, through a descriptor of its own. Pages that were not in the page cache before are removed from it again.

import NIOCore

struct ScrubWindow {
    /// Bytes of a block: 64 pages, whose state fits into one number.
    static let length: Int64 = 256 << 10
    private static let page: Int64 = 4096

    let volume: Volume
    private let file: File
    private var block = ByteBuffer()
    private var start: Int64 = -1

    /// Opens a volume once more; throws if it cannot be opened, nil if another file has its name.
    init?(_ volume: Volume) throws(StoreError) {
        let file = try File(volume.file.path, .read)
        guard let identity = file.identity, identity == volume.file.identity else { return nil }
        // Reading ahead would bring pages into the page cache that nobody removes again.
        file.readNothingAhead()
        self.volume = volume
        self.file = file
    }

    /// The bytes of `range` in the block that contains its beginning; nil if that block must be read first.
    func bytes(_ range: Range<Int64>) -> ByteBuffer? {
        guard start >= 0, range.lowerBound >= start, range.lowerBound < start + Self.length else { return nil }
        let length = min(range.upperBound, start + Self.length) - range.lowerBound
        return block.getSlice(at: Int(range.lowerBound - start), length: Int(length))
    }

    /// Reads the block that contains an offset, as far as the file goes.
    ///
    /// Blocks.
    /// - Returns: The result, and the number of bytes read.
    mutating func load(around offset: Int64) -> (File.Read, count: Int) {
        let from = offset & ~(Self.length - 1)
        let end = min(from + Self.length, file.status?.length ?? 0)
        forget()
        guard offset < end else { return (.short, 0) }
        let count = Int(end - from)
        let resident = file.residentPages(at: from, count: count)
        let read = file.read(count, at: from, into: &block, mayBlock: true)
        drop(from..<end, but: resident)
        if read == .complete { start = from }
        return (read, count)
    }

    /// Drops the block, so that the next check reads it again.
    mutating func forget() {
        block.clear()
        start = -1
    }

    /// Removes pages from the page cache, each run of them with one call.
    private func drop(_ range: Range<Int64>, but resident: UInt64) {
        var run: Int64?
        for page in 0...Int64(range.count - 1) / Self.page + 1 {
            let at = range.lowerBound + page * Self.page
            let isOurs = at < range.upperBound && resident & 1 << UInt64(page) == 0
            if isOurs, run == nil { run = at }
            if !isOurs, let begun = run {
                file.dropFromPageCache(begun..<at)
                run = nil
            }
        }
    }
}

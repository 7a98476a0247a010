// How a reader that has fallen behind finds the bytes that have left memory.

import Store

extension FillWriter {
    /// At most this is sent from the volume at a time.
    private static let longestPiece: Int64 = 256 << 10

    /// Bytes from an offset of the body on, as far as they are in the volume; nil if it has none of them.
    func next(at offset: Int64, upTo end: Int64) -> Fill.Next? {
        guard let written, offset < written.length else { return nil }
        let upper = min(written.length, end, offset + Self.longestPiece)
        return .volume(written.volume, written.bodyOffset + offset..<written.bodyOffset + upper)
    }
}

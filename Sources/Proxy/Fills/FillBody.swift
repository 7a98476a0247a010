// A value, inside a fill's lock. The part of a body under way that is held in memory: a window over the newest bytes.
//
// Invariant: the window's pieces lie end to end, from `start` to `received`.

import NIOCore

struct FillBody {
    /// A fill holds this much before it lets go of anything: most pictures fit whole.
    static let window = 1 << 20
    /// The window where all fills together hold too much.
    static let smallWindow = 64 << 10
    /// A body that is not stored is held up to this for its slowest reader, where there are several; one that is stored
    /// for the disk, where fills together hold too much.
    static let longestLag = 4 << 20
    /// What a body that is stored may hold for the disk else: an origin nearby is quicker than any disk for a while.
    static let longestLagWithRoom = 32 << 20

    private var pieces: [ByteBuffer] = []
    private(set) var start: Int64 = 0
    private(set) var received: Int64 = 0

    var held: Int { Int(received - start) }

    mutating func append(_ bytes: ByteBuffer) {
        pieces.append(bytes)
        received += Int64(bytes.readableBytes)
    }

    /// Lets go of the oldest pieces that end at or before `limit`, while more than `window` is held.
    ///
    /// Returns the bytes let go.
    mutating func drop(before limit: Int64, keeping window: Int) -> Int {
        var dropped = 0
        var count = 0
        while held > window, count < pieces.count, start + Int64(pieces[count].readableBytes) <= limit {
            start += Int64(pieces[count].readableBytes)
            dropped += pieces[count].readableBytes
            count += 1
        }
        if count > 0 { pieces.removeFirst(count) }
        return dropped
    }

    /// Lets go of everything.
    ///
    /// Returns the bytes let go.
    mutating func clear() -> Int {
        defer {
            pieces.removeAll()
            start = received
        }
        return held
    }

    /// The bytes at an offset, up to the end of the piece they lie in; nil where they are not held.
    ///
    /// O(pieces).
    func piece(at offset: Int64, upTo end: Int64) -> ByteBuffer? {
        guard offset >= start, offset < received else { return nil }
        var at = start
        for piece in pieces {
            let next = at + Int64(piece.readableBytes)
            if offset < next {
                let from = Int(offset - at)
                let count = Int(min(next, end) - offset)
                return piece.getSlice(at: piece.readerIndex + from, length: count)
            }
            at = next
        }
        return nil
    }
}

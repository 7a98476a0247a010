// Confined to the writer thread. Whole records that have their places, lie one behind the other in a volume, and are written
// together.

import NIOCore
import Runtime

final class RecordBatch {
    /// A record that has a place, and is not written yet.
    struct Record {
        let whole: WholeResponse
        let place: PlacedRecord
        let sequence: UInt64
        /// Where it ends in the volume.
        let end: Int64
    }

    let volume: Volume
    /// Since when the oldest of its records waits.
    private(set) var since = Instant.now
    /// Where the first piece goes.
    private(set) var start: Int64
    /// Where the next byte goes.
    private(set) var end: Int64
    private(set) var records: [Record] = []
    private var pieces: [ByteBuffer] = []

    /// Begins with what comes to lie at a place of a volume.
    init(_ volume: Volume, at start: Int64) {
        self.volume = volume
        self.start = start
        end = start
    }

    /// Adds a record, whose header follows on the last one's end.
    func add(_ whole: WholeResponse, at place: PlacedRecord, header: ByteBuffer, sequence: UInt64) {
        pieces.append(header)
        pieces.append(contentsOf: whole.body)
        end = Int64(place.location.offset) + Int64(whole.response.headerLength) + Int64(whole.bodyLength)
        records.append(Record(whole: whole, place: place, sequence: sequence, end: end))
    }

    /// Takes what lies before a place out of it.
    func removeFirst(upTo limit: Int64) -> (pieces: [ByteBuffer], records: [Record]) {
        var taken: [ByteBuffer] = []
        var index = 0
        while start < limit {
            let room = Int(limit - start)
            let length = min(room, pieces[index].readableBytes)
            if let piece = pieces[index].readSlice(length: length) { taken.append(piece) }
            start += Int64(length)
            if pieces[index].readableBytes == 0 { index += 1 }
        }
        pieces.removeFirst(index)
        let isWhole = records.prefix { $0.end <= limit }
        records.removeFirst(isWhole.count)
        since = .now
        return (taken, Array(isWhole))
    }
}

/// The batch that the writer adds to.
final class OpenBatch {
    private(set) var current: RecordBatch?

    /// The volume it goes to.
    var volume: UInt32? { current?.volume.number }
    var isEmpty: Bool { current == nil }

    func put(_ batch: RecordBatch) { current = batch }

    func take() -> RecordBatch? {
        defer { current = nil }
        return current
    }
}

extension [ByteBuffer] {
    /// Bytes in all of them.
    var readableBytes: Int { reduce(0) { $0 + $1.readableBytes } }
}

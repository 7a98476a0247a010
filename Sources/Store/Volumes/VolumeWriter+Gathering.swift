// How whole records come into a volume: those that are there at once and lie one behind the other go in one write, since
// a small one costs the kernel more than its bytes do. A write of many ends where a block does: what is written of a block
// at once the page cache keeps in one large page, which is cheaper to fill and to send.
// Invariant: a record is known (`admit`) only once it is written, in the order the responses came; nothing else is done to a
// volume while records for it are gathered.

import NIOCore
import Runtime
import Synchronization

extension VolumeWriter {
    /// The length of a block, and bytes in one write, about.
    private static let block: Int64 = 256 << 10

    /// A record that has a place, and is not written yet.
    struct Gathered {
        let whole: WholeResponse
        let place: Placed
        let sequence: UInt64
        /// Where it ends in the volume.
        let end: Int64
    }

    /// Records that lie one behind the other in a volume.
    final class Gathering {
        let volume: Volume
        var since: Instant
        /// Where the first piece goes.
        var start: Int64
        /// Where the next byte goes.
        var end: Int64
        var pieces: [ByteBuffer] = []
        var records: [Gathered] = []

        /// Begins with what comes to lie at a place of a volume.
        init(_ volume: Volume, at start: Int64) {
            self.volume = volume
            since = .now
            self.start = start
            end = start
        }

        /// Takes what lies before a place out of it.
        func take(upTo limit: Int64) -> (pieces: [ByteBuffer], records: [Gathered]) {
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
            return (taken, Array(isWhole))
        }
    }

    /// Takes a place for a whole record; it is written with the next ones, at the latest by `writeGathered`.
    func gather(_ whole: WholeResponse) {
        let length = Int64(whole.bodyLength)
        guard length <= core.largestBody.load(ordering: .relaxed) else { return whole.completion(counted(.tooLarge)) }
        var placed: Placed?
        let refusal = attempt { () throws(StoreError) in
            placed = try place(whole.response, hash: whole.hash, bodyLength: length)
            return nil
        }
        guard let place = placed else { return whole.completion(counted(refusal ?? .sick)) }
        let at = Int64(place.location.offset)
        if let gathering, gathering.volume !== place.volume || Record.aligned(gathering.end) != at { writeGathered() }
        let all = gathering ?? Gathering(place.volume, at: at)
        let sequence = core.takeSequence()
        all.pieces.append(header(of: whole, sequence: sequence, after: Int(at - all.end)))
        all.pieces.append(contentsOf: whole.body)
        all.end = at + Int64(whole.response.headerLength) + length
        all.records.append(Gathered(whole: whole, place: place, sequence: sequence, end: all.end))
        let hasBlock = all.end - all.start >= Self.block
        let lastBlock = all.end & ~(Self.block - 1)
        gathering = all
        if hasBlock { writeGathered(upTo: lastBlock) }
    }

    /// The header of a whole record, behind as many zeros as lie between the record before and it.
    private func header(of whole: WholeResponse, sequence: UInt64, after gap: Int) -> ByteBuffer {
        let response = whole.response
        let prefix = response.prefix(
            hash: whole.hash,
            state: .complete,
            bodyLength: Int64(whole.bodyLength),
            sequence: sequence,
            checksum: whole.checksum,
            at: core.clock.now
        )
        var header = ByteBufferAllocator().buffer(capacity: prefix.headerLength + Int(Record.alignment))
        header.writeRepeatingByte(0, count: gap)
        prefix.encode(key: response.key, variant: response.variant.text, head: response.head, into: &header)
        return header
    }

    /// Writes what was gathered and makes it known, unless it may wait for what comes next.
    func writeWhatWaited() {
        if let gathering, .now - gathering.since > core.pacing.longestGathering { writeGathered() }
    }

    /// Writes what was gathered and makes it known.
    func writeGathered() {
        if let gathering { writeGathered(upTo: gathering.end) }
    }

    private func writeGathered(upTo limit: Int64) {
        guard let rest = gathering else { return }
        gathering = nil
        let start = rest.start
        let taken = rest.take(upTo: limit)
        var records = taken.records
        let failure = attempt { () throws(StoreError) in
            rest.volume.reserve(upTo: limit)
            try rest.volume.file.write(taken.pieces, at: start)
            return nil
        }
        // What begins a record that is not whole yet is lost with the others.
        if failure != nil {
            records += rest.records
        } else if !rest.records.isEmpty {
            rest.since = .now
            gathering = rest
        }
        for record in records {
            let refusal = failure ?? admit(record)
            if refusal != nil, record.place.isSingle { drop(record.place.volume.number) }
            record.whole.completion(refusal.map(counted))
            giveWay()
        }
    }

    private func admit(_ record: Gathered) -> StoreRefusal? {
        admit(
            record.whole.response,
            hash: record.whole.hash,
            at: record.place.location,
            bodyLength: Int64(record.whole.bodyLength),
            sequence: record.sequence,
            accesses: record.place.accesses,
            source: record.whole.source
        )
    }
}

extension [ByteBuffer] {
    /// Bytes in all of them.
    var readableBytes: Int { reduce(0) { $0 + $1.readableBytes } }
}

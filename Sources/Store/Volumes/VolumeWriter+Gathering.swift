// How whole records come into a volume: those that are there at once and lie one behind the other go in one write, since
// a small one costs the kernel more than its bytes do. A write of many ends where a block does: what is written of a block
// at once the page cache keeps in one large page, which is cheaper to fill and to send.
// Invariant: a record is known (`admit`) only once it is written, in the order the responses came; nothing else is done to a
// volume while records for it are gathered.

import NIOCore
import Synchronization

extension VolumeWriter {
    /// The length of a block, and bytes in one write, about.
    private static let block: Int64 = 256 << 10
    /// The longest that a record waits for others, while more come.
    private static let longestWait: Duration = .milliseconds(10)

    /// A record that has a place, and is not written yet.
    struct Gathered {
        let response: NewResponse
        let hash: UInt64
        let place: Placed
        let bodyLength: Int64
        let sequence: UInt64
        /// Where it ends in the volume.
        let end: Int64
        let completion: (StoreRefusal?) -> Void
    }

    /// Records that lie one behind the other in a volume.
    final class Gathering {
        let volume: Volume
        var since: ContinuousClock.Instant
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

    /// Writes one whole record now.
    func append(_ response: NewResponse, hash: UInt64, body: [ByteBuffer]) -> StoreRefusal? {
        var outcome: StoreRefusal?
        gather(response, hash: hash, body: body) { outcome = $0 }
        writeGathered()
        return outcome
    }

    /// Takes a place for a whole record; it is written with the next ones, at the latest by `writeGathered`.
    func gather(
        _ response: NewResponse,
        hash: UInt64,
        body: [ByteBuffer],
        _ completion: @escaping (StoreRefusal?) -> Void
    ) {
        let length = Int64(body.readableBytes)
        guard length <= core.largestBody.load(ordering: .relaxed) else { return completion(counted(.tooLarge)) }
        var placed: Placed?
        let refusal = attempt { () throws(StoreError) in
            placed = try place(response, hash: hash, bodyLength: length)
            return nil
        }
        guard let place = placed else { return completion(counted(refusal ?? .sick)) }
        let at = Int64(place.location.offset)
        if let gathering, gathering.volume !== place.volume || Record.aligned(gathering.end) != at { writeGathered() }
        let all = gathering ?? Gathering(place.volume, at: at)
        let sequence = core.takeSequence()
        let prefix = response.prefix(
            hash: hash,
            state: .complete,
            bodyLength: length,
            sequence: sequence,
            checksum: body.reduce(0) { $1.crc32c(from: $0) }
        )
        var header = ByteBuffer()
        header.reserveCapacity(prefix.headerLength + Int(Record.alignment))
        header.writeRepeatingByte(0, count: Int(at - all.end))
        prefix.encode(key: response.key, variant: response.variant.text, head: response.head, into: &header)
        all.pieces.append(header)
        all.pieces.append(contentsOf: body)
        all.end = at + Int64(prefix.headerLength) + length
        all.records.append(
            Gathered(
                response: response,
                hash: hash,
                place: place,
                bodyLength: length,
                sequence: sequence,
                end: all.end,
                completion: completion
            )
        )
        let hasBlock = all.end - all.start >= Self.block
        let lastBlock = all.end & ~(Self.block - 1)
        gathering = all
        if hasBlock { writeGathered(upTo: lastBlock) }
    }

    /// Writes what was gathered and makes it known, unless it may wait for what comes next.
    func writeWhatWaited() {
        if let gathering, gathering.since.duration(to: .now) > Self.longestWait { writeGathered() }
    }

    /// Writes what was gathered and makes it known.
    func writeGathered() {
        if let gathering { writeGathered(upTo: gathering.end) }
    }

    private func writeGathered(upTo limit: Int64) {
        guard let rest = gathering else { return }
        gathering = nil
        let start = rest.start
        var (pieces, records) = rest.take(upTo: limit)
        let failure = attempt { () throws(StoreError) in
            rest.volume.reserve(upTo: limit)
            try rest.volume.file.write(pieces, at: start)
            return nil
        }
        // What begins a record that is not whole yet is lost with the others.
        if failure != nil {
            records += rest.records
        } else if !rest.records.isEmpty {
            rest.since = .now
            gathering = rest
        }
        pieces = []
        for record in records {
            let refusal = failure ?? admit(record)
            if refusal != nil, record.place.isSingle { drop(record.place.volume.number) }
            record.completion(refusal.map(counted))
            giveWay()
        }
    }

    private func admit(_ record: Gathered) -> StoreRefusal? {
        admit(
            record.response,
            hash: record.hash,
            at: record.place.location,
            bodyLength: record.bodyLength,
            sequence: record.sequence,
            accesses: record.place.accesses
        )
    }
}

extension [ByteBuffer] {
    /// Bytes in all of them.
    var readableBytes: Int { reduce(0) { $0 + $1.readableBytes } }
}

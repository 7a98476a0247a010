// How whole records come into a volume: those that are there at once and lie one behind the other go in one write, since
// a small one costs the kernel more than its bytes do. Invariant: a record is known (`admit`) only once it is written, in
// the order the responses came; nothing else is done to a volume while records for it are gathered.

import NIOCore
import Synchronization

extension VolumeWriter {
    /// Bytes in one write, about.
    private static let gatheredLimit: Int64 = 256 << 10

    /// A record that has a place, and is not written yet.
    struct Gathered {
        let response: NewResponse
        let hash: UInt64
        let place: Placed
        let bodyLength: Int64
        let sequence: UInt64
        let completion: (StoreRefusal?) -> Void
    }

    /// Records that lie one behind the other in a volume.
    struct Gathering {
        let volume: Volume
        let start: Int64
        /// Where the next byte goes.
        var end: Int64
        var pieces: [ByteBuffer] = []
        var records: [Gathered] = []
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
        var all = gathering ?? Gathering(volume: place.volume, start: at, end: at)
        gathering = nil
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
                completion: completion
            )
        )
        gathering = all
        if all.end - all.start >= Self.gatheredLimit { writeGathered() }
    }

    /// Writes what was gathered and makes it known.
    func writeGathered() {
        guard let all = gathering else { return }
        gathering = nil
        let failure = attempt { () throws(StoreError) in
            try all.volume.file.write(all.pieces, at: all.start)
            return nil
        }
        for record in all.records {
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

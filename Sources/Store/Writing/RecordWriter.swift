// Confined to the writer thread. Writes records that are there at once. Those that lie one behind the other go in one write,
// since a small one costs the kernel more than its bytes do. A write of many ends where a block does: what is written of a
// block at once the page cache keeps in one large page, which is cheaper to fill and to send.
//
// Invariant: a record is admitted only once it is written, in the order the responses came. Nothing else is done to a volume
// while a batch for it is open.

import NIOCore
import Runtime
import Synchronization

final class RecordWriter {
    /// The length of a block, and bytes in one write, about.
    private static let block: Int64 = 256 << 10

    private let core: StoreCore
    private let space: SpaceKeeper
    private let health: DiskHealth
    private let admission: Admission
    private let batch: OpenBatch
    private let yielder: Yielder

    init(_ parts: WriterParts) {
        core = parts.core
        space = parts.space
        health = parts.health
        admission = parts.admission
        batch = parts.batch
        yielder = parts.yielder
    }

    /// Takes a place for a whole record; it is written with the next ones, at the latest by `flush`.
    func append(_ whole: WholeResponse) {
        let length = Int64(whole.bodyLength)
        guard length <= core.largestBody.load(ordering: .relaxed) else {
            return whole.completion(admission.counted(.tooLarge))
        }
        var placed: PlacedRecord?
        let refusal = health.attempt { () throws(StoreError) in
            placed = try space.place(whole.response, hash: whole.hash, bodyLength: length)
            return nil
        }
        guard let place = placed else { return whole.completion(admission.counted(refusal ?? .sick)) }
        let at = Int64(place.location.offset)
        if let open = batch.current, open.volume !== place.volume || Record.aligned(open.end) != at { flush() }
        let open = batch.current ?? RecordBatch(place.volume, at: at)
        let sequence = core.takeSequence()
        let header = header(of: whole, sequence: sequence, after: Int(at - open.end))
        open.add(whole, at: place, header: header, sequence: sequence)
        batch.put(open)
        if open.end - open.start >= Self.block { flush(upTo: open.end & ~(Self.block - 1)) }
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

    /// Writes and admits the open batch, unless it may wait for what comes next.
    func flushIfDue() {
        if let open = batch.current, .now - open.since > core.pacing.longestGathering { flush() }
    }

    /// Writes and admits the open batch.
    func flush() {
        if let open = batch.current { flush(upTo: open.end) }
    }

    private func flush(upTo limit: Int64) {
        guard let open = batch.take() else { return }
        let start = open.start
        let taken = open.removeFirst(upTo: limit)
        var records = taken.records
        let failure = health.attempt { () throws(StoreError) in
            open.volume.reserve(upTo: limit)
            try open.volume.file.write(taken.pieces, at: start)
            return nil
        }
        // What begins a record that is not whole yet is lost with the others.
        if failure != nil {
            records += open.records
        } else if !open.records.isEmpty {
            batch.put(open)
        }
        for record in records {
            let refusal = failure ?? admit(record)
            if refusal != nil, record.place.isSingle {
                space.drop(record.place.volume.number)
            } else if failure != nil {
                // The disk may have taken its header and not its body: no scan may take it for a record.
                record.place.volume.writeRemoved(at: record.place.location)
            }
            record.whole.completion(refusal.map(admission.counted))
            yielder.yieldIfOver()
        }
    }

    private func admit(_ record: RecordBatch.Record) -> StoreRefusal? {
        admission.admit(
            Admission.Written(
                response: record.whole.response,
                hash: record.whole.hash,
                location: record.place.location,
                bodyLength: Int64(record.whole.bodyLength),
                sequence: record.sequence,
                accesses: record.place.accesses,
                source: record.whole.source
            )
        )
    }
}

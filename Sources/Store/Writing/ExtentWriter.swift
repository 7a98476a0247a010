// Confined to the writer thread. Writes bodies piece by piece, as a fill's bytes arrive: an extent first, the header last.

import NIOCore
import Runtime
import Synchronization

final class ExtentWriter {
    private let core: StoreCore
    private let space: SpaceKeeper
    private let health: DiskHealth
    private let admission: Admission
    private let extents: OpenExtents

    init(_ parts: WriterParts) {
        core = parts.core
        space = parts.space
        health = parts.health
        admission = parts.admission
        extents = parts.extents
    }

    /// Takes an extent for a fill's body.
    func open(_ fill: FillWriter) {
        let failure = health.attempt { () throws(StoreError) in
            let extent = try space.extent(for: fill)
            // Reserved on disk as well, so that a scan of the volume can step over what is not complete.
            let prefix = fill.response.prefix(
                hash: fill.hash,
                state: .reserved,
                bodyLength: fill.response.bodyLength ?? 0,
                sequence: 0,
                checksum: 0,
                at: core.clock.now
            )
            extents[fill.number] = extent
            try extent.volume.file.write(
                prefix.encoded(key: fill.response.key, variant: fill.response.variant.text, head: fill.response.head),
                at: Int64(extent.location.offset)
            )
            fill.isPlaced(in: extent.volume, bodyOffset: extent.end)
            return nil
        }
        if let failure { end(fill, because: failure) }
    }

    func write(_ bytes: ByteBuffer, of fill: FillWriter) {
        guard var extent = extents[fill.number] else { return end(fill, because: .sick) }
        let failure = health.attempt { () throws(StoreError) in
            let length = extent.written + Int64(bytes.readableBytes)
            if let told = fill.response.bodyLength, length > told { return .incomplete }
            if extent.isGrowing, try !space.grow(&extent, toBody: length) { return .tooLarge }
            try extent.volume.file.write(bytes, at: extent.end)
            extent.written = length
            extent.checksum = bytes.crc32c(from: extent.checksum)
            extents[fill.number] = extent
            fill.isWritten(upTo: length)
            return nil
        }
        if let failure { end(fill, because: failure) }
    }

    func finish(_ fill: FillWriter) -> StoreRefusal? {
        guard let extent = extents[fill.number] else { return fill.refusal ?? admission.counted(.sick) }
        let response = fill.response
        let result = health.attempt { () throws(StoreError) in
            let sequence = core.takeSequence()
            let prefix = response.prefix(
                hash: fill.hash,
                state: .complete,
                bodyLength: extent.written,
                sequence: sequence,
                checksum: extent.checksum,
                at: core.clock.now
            )
            try extent.volume.file.write(
                prefix.encoded(key: response.key, variant: response.variant.text, head: response.head),
                at: Int64(extent.location.offset)
            )
            if extent.isGrowing { space.settle(extent) }
            return admission.admit(
                Admission.Written(
                    response: response,
                    hash: fill.hash,
                    location: extent.location,
                    bodyLength: extent.written,
                    sequence: sequence,
                    accesses: extent.accesses
                )
            )
        }
        if result == nil { extents[fill.number] = nil } else { discard(fill.number) }
        return result.map(admission.counted)
    }

    /// A fill cannot be stored any more; its sender learns that with its next bytes.
    private func end(_ fill: FillWriter, because refusal: StoreRefusal) {
        discard(fill.number)
        if fill.fail(because: refusal) { core.counters.count(refusal) }
    }

    /// Gives a fill's extent back: a volume of its own at once, a place between others when their volume is reclaimed.
    func discard(_ fill: UInt64) {
        guard let extent = extents.remove(fill) else { return }
        // Not where the extent's volume was lost with the directory: its number has no path any more.
        guard let volume = core.volumes[extent.volume.number], volume === extent.volume else { return }
        if extent.isSingle { return space.drop(volume.number) }
        volume.writeRemoved(at: extent.location)
    }

    func discardAll() {
        for fill in extents.fills { discard(fill) }
    }
}

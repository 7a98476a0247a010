// Confined to the scrub's thread. Slowly compares every stored response with its checksums, again and again, so that
// damage on the disk is found before a request finds it. It follows the catalog, and so checks exactly what a hit could
// find, in the order of the volumes.
//
// Invariant: a response is dropped only if it was read again, was wrong again, and is still at its place in the
// catalog.

import Logging
import NIOCore
import Runtime
import Synchronization

final class Scrubber {
    /// Volumes that are looked up in the catalog together, in bytes: each such look-up visits all entries.
    private static let batch: Int64 = 256 << 20
    /// How often to read a header that does not match: while it is freshened in place it is briefly neither old nor
    /// new.
    private static let tries = 3

    /// The reason why the walk of a volume ends early.
    private enum Stop: Error {
        case closing
        /// It is gone or cannot be read: the next round may find it readable.
        case unreadable
    }

    private struct Mark {
        let hash: UInt64
        let location: RecordLocation
    }

    private enum Verdict {
        case right
        /// The key as far as the header contains it.
        case wrong(key: [UInt8]?)
    }

    private let core: StoreCore
    private let control: ScrubControl
    /// The pause between two rounds, so that a small store is not read without end.
    private let pause: Duration
    private var pace = ScrubPace()

    init(_ core: StoreCore, pause: Duration) {
        self.core = core
        control = core.scrub
        self.pause = pause
    }

    /// The work of the thread.
    func run() {
        while !control.isOver {
            if control.rate == 0 {
                control.wait(until: nil)
            } else if !core.isLoaded.load(ordering: .acquiring) {
                control.wait(until: .now + .seconds(1))
            } else if round() {
                core.counters.scrubRounds.add(1)
                rest()
            }
        }
    }

    private func rest() {
        let end = Instant.now + pause
        while !control.isOver, Instant.now < end { control.wait(until: end) }
    }

    /// Checks everything once; false if it ended early.
    private func round() -> Bool {
        var volumes = core.volumes.all.sorted { $0.number < $1.number }[...]
        while let first = volumes.first {
            var bytes: Int64 = 0
            let together = volumes.prefix { volume in
                defer { bytes += volume.capacity }
                return bytes < Self.batch
            }
            volumes = volumes.dropFirst(together.count)
            guard let last = together.last, walk(first.number...last.number) else { return false }
        }
        return true
    }

    private func walk(_ numbers: ClosedRange<UInt32>) -> Bool {
        let marks = core.catalog.entries(inVolumes: numbers).map { Mark(hash: $0.hash, location: $0.location) }
            .sorted { ($0.location.volume, $0.location.offset) < ($1.location.volume, $1.location.offset) }
        var rest = marks[...]
        while let number = rest.first?.location.volume {
            let ofVolume = rest.prefix { $0.location.volume == number }
            rest = rest.dropFirst(ofVolume.count)
            do throws(Stop) {
                try walk(number, ofVolume)
            } catch {
                if error == .closing { return false }
            }
        }
        return true
    }

    private func walk(_ number: UInt32, _ marks: ArraySlice<Mark>) throws(Stop) {
        guard let volume = core.volumes[number] else { return }
        var window: ScrubWindow
        do throws(StoreError) {
            guard let opened = try ScrubWindow(volume) else { return }
            window = opened
        } catch {
            if error.kind != .missing { core.counters.readErrors.add(1) }
            return
        }
        for mark in marks { try look(at: mark, in: &window) }
    }

    private func look(at mark: Mark, in window: inout ScrubWindow) throws(Stop) {
        for last in [false, true] {
            guard let entry = core.catalog.entry(mark.hash, at: mark.location) else { return }
            switch try check(entry, in: &window) {
            case .right:
                if entry.isUnverified { core.noteRight(entry) }
                return
            case .wrong(let key):
                window.forget()
                if last { drop(entry, key: key) }
            }
        }
    }

    private func drop(_ entry: CatalogEntry, key: [UInt8]?) {
        // It may have been moved, replaced or purged meanwhile.
        guard core.forget(entry, key: key) else { return }
        core.counters.corrupt.add(1)
        core.counters.scrubCorrupt.add(1)
        core.logger.warning(
            "A stored picture was damaged on the disk and is forgotten",
            metadata: [
                "key": "\(key.map { String(decoding: $0, as: UTF8.self) } ?? "not readable")",
                "volume": "\(entry.volume)", "offset": "\(entry.offset)",
            ]
        )
    }

    // MARK: One record

    private func check(_ entry: CatalogEntry, in window: inout ScrubWindow) throws(Stop) -> Verdict {
        let start = Int64(entry.offset)
        let body = start + Int64(entry.headerLength)..<start + Int64(entry.headerLength) + entry.bodyLength
        var key: [UInt8]?
        for _ in 0..<Self.tries {
            var header = ByteBuffer()
            let isThere = try visit(start..<body.lowerBound, in: &window) { header.writeImmutableBuffer($0) }
            guard isThere else { return .wrong(key: nil) }
            guard let prefix = RecordPrefix(header), prefix.matchesChecksum(in: header), prefix.hash == entry.hash,
                prefix.headerLength == entry.headerLength, prefix.bodyLength == entry.bodyLength
            else {
                key = self.key(in: header, of: entry)
                window.forget()
                continue
            }
            // Removed at this moment: its entry is removed too.
            guard prefix.state == .complete else { return .right }
            var checksum: UInt32 = 0
            let isWhole = try visit(body, in: &window) { checksum = $0.crc32c(from: checksum) }
            guard isWhole, checksum == prefix.bodyChecksum else { return .wrong(key: self.key(in: header, of: entry)) }
            return .right
        }
        return .wrong(key: key)
    }

    /// The key in a header that may be damaged; nil if the entry has another key.
    private func key(in header: ByteBuffer, of entry: CatalogEntry) -> [UInt8]? {
        guard let length = header.getInteger(at: 12, endianness: .little, as: UInt16.self),
            let key = header.getBytes(at: Record.prefixLength, length: Int(length)), core.keyHash(key) == entry.hash
        else { return nil }
        return key
    }

    /// Calls `body` with the bytes of a range of the volume, piece by piece.
    ///
    /// - Returns: False if the file ends before the range does.
    private func visit(
        _ range: Range<Int64>,
        in window: inout ScrubWindow,
        _ body: (ByteBuffer) -> Void
    ) throws(Stop) -> Bool {
        var rest = range
        while !rest.isEmpty {
            if let bytes = window.bytes(rest), bytes.readableBytes > 0 {
                body(bytes)
                rest = rest.lowerBound + Int64(bytes.readableBytes)..<rest.upperBound
            } else {
                guard try load(around: rest.lowerBound, in: &window) else { return false }
                guard window.bytes(rest) != nil else { return false }
            }
        }
        return true
    }

    /// Reads a block when its time has come; false if the file ends before it.
    private func load(around offset: Int64, in window: inout ScrubWindow) throws(Stop) -> Bool {
        while true {
            guard !control.isOver, control.rate > 0 else { throw .closing }
            if pace.next <= Instant.now { break }
            control.wait(until: pace.next)
        }
        let began = Instant.now
        let (read, count) = window.load(around: offset)
        pace.note(count, at: began, rate: control.rate)
        core.counters.scrubbedBytes.add(count)
        switch read {
        case .complete: return true
        case .short: return false
        case .failed, .wouldBlock:
            // When the record is read for a request, only that record fails.
            core.counters.readErrors.add(1)
            throw .unreadable
        }
    }
}

// How an answer's body goes out: a piece at a time, as fast as the client takes it and the source gives it, and never
// by waiting for a disk on the loop.

import HTTPMessage
import NIOCore
import Store

extension Exchange {
    /// Where the body's bytes come from.
    enum Source {
        case none
        /// A body, or the part of it that begins at an offset.
        case memory(ByteBuffer, from: Int64)
        /// A body whose first byte would lie at an offset of a file, whether it is stored or not.
        case volume(Volume, offset: Int64)
        /// What a fill brings, which begins at an offset of the body.
        case fill(from: Int64)
    }

    /// A part of a file that is sent in one go: what the check for the page cache looks at.
    private static let regionLimit: Int64 = 4 << 20
    /// What is read from the disk at a time where the page cache has nothing.
    private static let readLimit: Int64 = 256 << 10

    private enum Sent {
        case bytes(Int64)
        /// Nothing for now: the source or the disk calls back.
        case wait
        case end
        /// The volume gives what was stored no more.
        case unreadable
        /// The fill was ended since this client took too little: what there was of it is out.
        case heldUp
        case broken
    }

    /// Sends what can be sent now.
    func pump() {
        guard !resuming.isPumping else { return }
        resuming.isPumping = true
        defer { resuming.isPumping = false }
        repeat {
            resuming.wasTakenBack = false
            pumpOnce()
        } while resuming.wasTakenBack && !isOver
    }

    private func pumpOnce() {
        guard hasHead, !isOver, !waitsForDisk, !resuming.isUnderWay else { return }
        while let segment = segments.first {
            guard connection.isWritable else { return connection.flushIfNeeded() }
            switch segment {
            case .bytes(let bytes):
                segments.removeFirst()
                write(bytes)
            case .body(let range):
                guard !range.isEmpty else {
                    segments.removeFirst()
                    continue
                }
                switch send(range) {
                case .bytes(let count): segments[0] = .body(range.lowerBound + count..<range.upperBound)
                case .wait: return connection.flushIfNeeded()
                case .unreadable: return resumeUnreadable()
                case .heldUp: return resumeFromOrigin()
                case .end, .broken: return breakOff()
                }
            case .rest(let offset):
                switch send(offset..<Int64.max) {
                case .bytes(let count): segments[0] = .rest(from: offset + count)
                case .wait: return connection.flushIfNeeded()
                case .end:
                    segments.removeFirst()
                    if isChunked { writeLastChunk() }
                case .unreadable, .heldUp, .broken: return breakOff()
                }
            }
        }
        // What is not out may turn out not to be readable.
        if connection.hasRegions { connection.flushIfNeeded() }
        guard !isOver, !resuming.wasTakenBack else { return }
        guard !connection.hasRegions else { return connection.callWhenDrained() }
        finish()
    }

    private func send(_ range: Range<Int64>) -> Sent {
        switch source {
        case .none: return .end
        case .memory(let body, let from):
            let start = body.readerIndex + Int(range.lowerBound - from)
            guard let slice = body.getSlice(at: start, length: range.count) else { return .broken }
            write(slice)
            return .bytes(Int64(range.count))
        case .volume(let volume, let offset):
            return send(offset + range.lowerBound..<offset + range.upperBound, of: volume, start: offset)
        case .fill(let from):
            guard let fill, let reader else { return .broken }
            switch fill.next(for: reader, at: range.lowerBound - from, upTo: range.upperBound - from) {
            case .bytes(let bytes):
                write(bytes)
                return .bytes(Int64(bytes.readableBytes))
            case .volume(let volume, let place):
                return send(place, of: volume, start: place.lowerBound - range.lowerBound)
            case .wait: return .wait
            case .end: return .end
            case .broken: return fill.wasHeldUp ? .heldUp : .broken
            }
        }
    }

    /// Sends from a volume: straight from the page cache where it is there, else through the disk pool.
    ///
    /// The body's first byte would lie at `start`.
    private func send(_ range: Range<Int64>, of volume: Volume, start: Int64) -> Sent {
        resuming.start = start
        let region = range.prefix(Self.regionLimit)
        if !isChunked, !resuming.readsOnly, volume.isResident(region) {
            connection.write(volume, region)
            countSent(region.count)
            return .bytes(Int64(region.count))
        }
        let piece = range.prefix(Self.readLimit)
        let store = state.store
        if isChunked, let bytes = store.readBody(volume, piece, mayBlock: false) {
            write(bytes)
            return .bytes(Int64(bytes.readableBytes))
        }
        waitsForDisk = true
        onDisk(reading: Int64(piece.count), isBounded: false) {
            store.readBody(volume, piece, mayBlock: true)
        } then: { exchange, bytes in
            exchange.waitsForDisk = false
            guard let bytes else { return exchange.resumeUnreadable() }
            exchange.write(bytes)
            exchange.advance(by: Int64(bytes.readableBytes))
            exchange.pump()
        } late: {
            $0.resumeInstead()
        }
        return .wait
    }

    /// The disk pool brought the next piece of the first segment.
    private func advance(by count: Int64) {
        switch segments.first {
        case .body(let range): segments[0] = .body(range.lowerBound + count..<range.upperBound)
        case .rest(let offset): segments[0] = .rest(from: offset + count)
        case .bytes, nil: preconditionFailure("only bodies are read from the disk")
        }
    }

    private func write(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        countSent(bytes.readableBytes)
        guard isChunked else { return connection.write(bytes) }
        connection.write(ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n"))
        connection.write(bytes)
        connection.write(ByteBuffer(string: "\r\n"))
    }

    /// Ends a chunked body, with the origin's trailer section where the client takes one (RFC 9110 §6.5).
    private func writeLastChunk() {
        var bytes = Array("0\r\n".utf8)
        if acceptsTrailers, let trailers = fill?.trailers { trailers.write(into: &bytes) }
        connection.write(ByteBuffer(bytes: bytes + Array("\r\n".utf8)))
    }

    private func countSent(_ count: Int) {
        bytesSent += Int64(count)
        state.counters.add(.bytesServed, count)
    }
}

extension Range<Int64> {
    fileprivate func prefix(_ length: Int64) -> Range<Int64> {
        lowerBound..<Swift.min(upperBound, lowerBound + length)
    }
}

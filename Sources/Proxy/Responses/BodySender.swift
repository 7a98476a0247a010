// Loop-confined. Sends a response's body: a piece at a time, as fast as the client takes it and the source supplies it,
// and never waits for the disk on the loop. An interrupted body is resumed from the origin if `BodyRest` allows it.

import HTTPMessage
import NIOCore
import Origins
import Store

final class BodySender {
    /// The request of the body; it owns the sender and releases it when it ends.
    private let task: RequestTask
    private let connection: ClientConnection
    private let counters: Counters
    private var plan: BodyPlan
    private var source: BodySource
    private var rest: BodyRest
    private let isChunked: Bool
    /// The offset that the body's first byte would have in the volume.
    private var start: Int64 = 0
    /// Volumes are read instead of sent from, because sending failed once.
    private var readsOnly = false
    private var waitsForDisk = false
    private var isPumping = false
    /// The connection gave back pieces that it could not send, while `pump` ran.
    private var wasTakenBack = false
    /// Bytes of the body that were written.
    private(set) var bytesSent: Int64 = 0

    /// The longest part of a volume that is sent at once, in bytes: the page cache is asked for all of it.
    private static let regionLimit: Int64 = 4 << 20
    /// The bytes of one read from the disk if they are not in the page cache.
    private static let readLimit: Int64 = 256 << 10

    init(_ task: RequestTask, _ plan: BodyPlan, from source: BodySource, rest: BodyRest, isChunked: Bool) {
        self.task = task
        connection = task.connection
        counters = task.loop.counters
        self.plan = plan
        self.source = source
        self.rest = rest
        self.isChunked = isChunked
        if case .volume(_, let offset) = source { start = offset }
    }

    private enum Sent {
        case bytes(Int64)
        /// Nothing for now: the source or the disk calls back.
        case wait
        case end
        /// The fill was ended because this client took too few bytes; all it had was sent.
        case heldUp
        case broken
    }

    // MARK: Sending

    /// Sends as much as possible now.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        repeat {
            wasTakenBack = false
            pumpOnce()
        } while wasTakenBack && !task.isOver
    }

    private func pumpOnce() {
        while !task.isOver, !waitsForDisk, !rest.isUnderWay {
            guard connection.isWritable || plan.isEmpty else { return connection.flushIfNeeded() }
            switch plan.next() {
            case .end: return drain()
            case .bytes(let bytes): write(bytes)
            case .body(let range):
                guard advance(send(range), isOpen: false) else { return }
            case .rest(let offset):
                guard advance(send(offset..<Int64.max), isOpen: true) else { return }
            }
        }
    }

    /// Notes the result of sending a range, which ends with the source if it `isOpen`.
    /// - Returns: Whether more can be sent now.
    private func advance(_ sent: Sent, isOpen: Bool) -> Bool {
        switch sent {
        case .bytes(let count):
            plan.advance(by: count)
            return true
        case .end where isOpen:
            plan.endRest()
            if isChunked { writeLastChunk() }
            return true
        case .wait: connection.flushIfNeeded()
        case .heldUp where !isOpen: resumeFromOrigin()
        case .end, .heldUp, .broken: task.breakOff()
        }
        return false
    }

    /// All is written: the task is done when no part of a volume remains that may turn out to be unreadable.
    private func drain() {
        if connection.hasRegions { connection.flushIfNeeded() }
        guard !task.isOver, !wasTakenBack else { return }
        guard !connection.hasRegions else { return connection.callWhenDrained() }
        task.finish()
    }

    private func send(_ range: Range<Int64>) -> Sent {
        switch source {
        case .memory(let body, let from):
            let start = body.readerIndex + Int(range.lowerBound - from)
            guard let slice = body.getSlice(at: start, length: range.count) else { return .broken }
            write(slice)
            return .bytes(Int64(range.count))
        case .volume(let volume, let offset):
            return send(offset + range.lowerBound..<offset + range.upperBound, of: volume, start: offset)
        case .fill(let subscription, let from):
            let (lower, upper) = (range.lowerBound - from, range.upperBound - from)
            switch subscription.fill.next(for: subscription.reader, at: lower, upTo: upper) {
            case .bytes(let bytes):
                write(bytes)
                return .bytes(Int64(bytes.readableBytes))
            case .volume(let volume, let place):
                return send(place, of: volume, start: place.lowerBound - range.lowerBound)
            case .wait: return .wait
            case .end: return .end
            case .broken: return subscription.fill.wasHeldUp ? .heldUp : .broken
            }
        }
    }

    /// Sends from a volume: directly from the page cache if it has the part, otherwise through the disk pool.
    private func send(_ range: Range<Int64>, of volume: Volume, start: Int64) -> Sent {
        self.start = start
        let region = range.prefix(Self.regionLimit)
        if !isChunked, !readsOnly, volume.isResident(region) {
            connection.write(volume, region)
            count(region.count)
            return .bytes(Int64(region.count))
        }
        let piece = range.prefix(Self.readLimit)
        let store = task.loop.store
        if isChunked, let bytes = store.readBody(volume, piece, mayBlock: false) {
            write(bytes)
            return .bytes(Int64(bytes.readableBytes))
        }
        waitsForDisk = true
        task.onDisk(reading: Int64(piece.count), isBounded: false) {
            store.readBody(volume, piece, mayBlock: true)
        } then: { [self] bytes in
            waitsForDisk = false
            guard let bytes else { return resumeUnreadable() }
            write(bytes)
            plan.advance(by: Int64(bytes.readableBytes))
            pump()
        } late: { [self] in
            resumeInstead()
        }
        return .wait
    }

    private func write(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        count(bytes.readableBytes)
        guard isChunked else { return connection.write(bytes) }
        connection.write(ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n"))
        connection.write(bytes)
        connection.write(ByteBuffer(string: "\r\n"))
    }

    /// Ends a chunked body, with the origin's trailer section if the client accepts one (RFC 9110 §6.5).
    private func writeLastChunk() {
        var bytes = Array("0\r\n".utf8)
        if task.request.acceptsTrailers, case .fill(let subscription, _) = source {
            subscription.fill.trailers.write(into: &bytes)
        }
        connection.write(ByteBuffer(bytes: bytes + Array("\r\n".utf8)))
    }

    private func count(_ count: Int) {
        bytesSent += Int64(count)
        counters.add(.bytesServed, count)
    }

    // MARK: Resuming

    /// Takes back pieces that were written but cannot be sent from their volume, which is read from now on.
    func takeBack(_ pieces: [Output.Piece]) {
        readsOnly = true
        wasTakenBack = true
        plan.putBack(
            pieces.map { piece in
                switch piece {
                case .bytes(let bytes):
                    bytesSent -= Int64(bytes.readableBytes)
                    return .bytes(bytes)
                case .region(_, let region):
                    bytesSent -= Int64(region.count)
                    return .body(region.lowerBound - start..<region.upperBound - start)
                }
            }
        )
        pump()
    }

    /// The volume cannot supply the body: asks the origin for the rest, or breaks the response off.
    private func resumeUnreadable() {
        counters.add(.bodiesUnreadable)
        // A later request fetches it whole, and may store it in a volume that works.
        if let entry = rest.entry { task.loop.store.forget(entry, key: task.request.key) }
        resumeFromOrigin()
    }

    private func resumeFromOrigin() {
        guard let missing = plan.missing, let tag = tag(for: missing) else { return task.breakOff() }
        ask(for: missing, tag, mayWait: false)
    }

    /// The disk is late with the next piece: asks the origin for the rest, if that can be joined and the retry budget
    /// allows it.
    /// - Returns: Whether it does.
    private func resumeInstead() -> Bool {
        guard case .volume = source, let missing = plan.missing, let tag = tag(for: missing),
            task.loop.proxy.origins.spendRetry()
        else { return false }
        waitsForDisk = false
        ask(for: missing, tag, mayWait: true)
        return true
    }

    private func tag(for missing: Range<Int64>) -> String? {
        task.request.head.method == .get ? rest.tag(for: missing) : nil
    }

    private func ask(for missing: Range<Int64>, _ tag: String, mayWait: Bool) {
        rest.ask(for: missing, mayWait: mayWait)
        Forwarding.fetchRest(missing, tag, for: task)
        connection.flushIfNeeded()
    }

    /// The fill has changed: more of the body, or the response to a request for the rest.
    func fillChanged(_ subscription: FillSubscription) {
        guard rest.isUnderWay else { return pump() }
        switch subscription.fill.progress {
        case .waiting: return
        case .head(let head), .alone(let head):
            guard let from = rest.answered(head) else { return giveUpRest() }
            source = .fill(subscription, from: from)
            counters.add(.bodiesResumed)
            pump()
            connection.flushIfNeeded()
        case .notModified, .failed, .abandoned: giveUpRest()
        }
    }

    /// The origin does not supply the rest: waits for a disk that is only late.
    private func giveUpRest() {
        rest.giveUp()
        guard rest.mayWait else { return task.breakOff() }
        task.leaveFill()
        pump()
        connection.flushIfNeeded()
    }
}

@available(*, unavailable)
extension BodySender: Sendable {}

extension Range<Int64> {
    fileprivate func prefix(_ length: Int64) -> Range<Int64> {
        lowerBound..<Swift.min(upperBound, lowerBound + length)
    }
}

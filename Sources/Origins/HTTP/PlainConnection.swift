// Loop-confined (origin thread). Owns one TCP connection to an http:// origin, over which one GET or HEAD after the other
// is sent: the way of nearly every miss. What needs more than that (TLS, HTTP/2, content, signatures, other servers) goes
// through libcurl, which also makes this connection (`EasyHandle.takeSocket`).
// Invariants: an attempt is told of its end once, and last; a connection is in its lane's `kept` or has an attempt or is
// closed; only one whose last response came whole, and nothing after it, and that is no one person's, is used again.

import Glibc
import HTTPMessage
import NIOCore
import Runtime

/// A connection to an origin without TLS.
@safe final class PlainConnection {  // because its pointer is to the engine's buffer, which outlives the loop
    /// The most bytes read at a time.
    static let room = 128 * 1024
    /// The most where a head may be among them: what comes with it is copied.
    private static let roomWithHead = 16 * 1024
    /// The longest time without use after which it is used again: what stands between may have forgotten it (libcurl's).
    static let longestIdle: Duration = .seconds(118)
    /// From how many bytes to come on they are read to where they stay, rather than copied there.
    private static let longBody: Int64 = 16 * 1024

    private let socket: Int32
    private let engine: Engine
    private let lane: Lane
    private var attempt: HTTPAttempt?
    private var framing = ResponseFraming()
    private var unsent: [UInt8] = []
    /// Received and not used yet: a part of a line, or what came after bytes nobody wanted.
    private var left: [UInt8] = []
    /// Bytes of the body that nobody wanted yet.
    private var held: ByteBuffer?
    /// Whether server and client mean to go on with it after the response.
    private var isPersistent = false
    /// Whether nothing stands in the way of another request.
    private var isReusable = false
    private var isOpen = true
    /// Whether requests went over it before the present one.
    private(set) var isReused = false
    /// Whether anything has come back for the present one.
    private(set) var hasReceived = false
    private(set) var idleSince = Instant.now

    /// Takes over a connected socket that does not block.
    init(owning socket: Int32, engine: Engine, lane: Lane) {
        self.socket = socket
        self.engine = engine
        self.lane = lane
        lane.counters.update { $0.connections += 1 }
        engine.watch(self, socket, for: .reading)
    }

    /// Sends a request; the attempt is told what comes back, and never from within this call.
    func send(_ head: [UInt8], for attempt: HTTPAttempt) {
        self.attempt = attempt
        framing = ResponseFraming()
        (isPersistent, isReusable, hasReceived, unsent) = (false, false, false, head)
        attempt.connected()
        sendOn()
    }

    /// The attempt lets go of it.
    ///
    /// - Returns: Whether it may be used again; it is closed if not.
    func release() -> Bool {
        attempt = nil
        guard isOpen, isReusable else {
            close()
            return false
        }
        isReused = true
        idleSince = engine.now
        return true
    }

    /// Takes up the flow of a body that was refused; the bytes come at the end of the turn.
    func resume() {
        engine.later(.readOn(self))
    }

    /// Closes it; nobody is told.
    func close() {
        guard isOpen else { return }
        isOpen = false
        engine.unwatch(socket)
        Glibc.close(socket)
        lane.counters.update { $0.connections -= 1 }
    }

    /// The socket is ready.
    func ready(_ readiness: Readiness) {
        // Nothing was asked for: the server closes the connection, or is not to be trusted with another request.
        guard attempt != nil else { return lane.drop(self) }
        if readiness.contains(.writing) { sendOn() }
        if !readiness.isDisjoint(with: [.reading, .ended, .broken]) { receive() }
    }

    private func sendOn() {
        var sent = 0
        repeat {
            // because the array is as long as told
            sent = unsafe unsent.withUnsafeBytes {
                unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        } while sent < 0 && errno == EINTR
        let isWhole = sent == unsent.count
        if isWhole { unsent = [] } else if sent > 0 { unsent.removeFirst(sent) }
        // What keeps it from being sent is told by the next read, with what the server may have said before.
        if sent < 0, errno != EAGAIN { unsent = [] }
        if !isWhole { engine.watch(self, socket, for: unsent.isEmpty ? .reading : [.reading, .writing]) }
    }

    // MARK: Receiving

    /// Goes on after a pause; outside an attempt's calls.
    func readOn() {
        guard attempt != nil, let bytes = held else { return }
        held = nil
        engine.watch(self, socket, for: .reading)
        guard deliver(bytes) else { return }
        let rest = left
        left = []
        rest.withRawSpan { use($0) }
    }

    private func receive() {
        guard held == nil else { return }
        if framing.remaining >= Self.longBody, left.isEmpty { return receiveBody() }
        // because the buffer has room for what may be left and as much as is read; both lengths are given
        let room = unsafe engine.receiving
        let start = left.count
        unsafe left.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
        let length = framing.isInHead ? Self.roomWithHead : Self.room
        let count = unsafe recv(socket, room.baseAddress.map { unsafe $0 + start }, length, 0)
        guard count > 0 else { return ended(count) }
        hasReceived = true
        left.removeAll(keepingCapacity: true)
        // because so many bytes were written, and the buffer is not written to until they are used
        unsafe use(UnsafeRawBufferPointer(rebasing: room.prefix(start + count)).bytes)
        if count == length, attempt != nil, held == nil, framing.remaining >= Self.longBody, left.isEmpty {
            receiveBody()
        }
    }

    /// Reads bytes of the body to where they stay.
    private func receiveBody() {
        let room = Int(min(framing.remaining, Int64(Self.room)))
        var buffer = ByteBufferAllocator().buffer(capacity: room)
        var count = 0
        // because no more is written than there is room for
        unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
            count = unsafe recv(socket, bytes.baseAddress, room, 0)
            return max(0, count)
        }
        guard count > 0 else { return ended(count) }
        framing.skip(count)
        guard deliver(buffer) else { return }
        if framing.remaining == 0 { finish(isExact: true) }
    }

    /// Uses what was received up to a pause, the end, or its last whole line.
    private func use(_ span: RawSpan) {
        guard let attempt else { return }
        var used = 0
        // What it is told may end it.
        while self.attempt === attempt {
            if framing.isInHead { used += attempt.parser.takeUsualLines(span.extracting(used..<span.byteCount)) }
            let rest = span.extracting(used..<span.byteCount)
            switch framing.next(rest) {
            case .line(let range):
                used += range.upperBound
                guard attempt.take(line: rest.extracting(range)) else { return attempt.receivingEnded(nil) }
                guard let answer = attempt.framing else { continue }
                isPersistent = answer.isPersistent
                framing.begin(answer.body)
            case .body(let range):
                used += range.upperBound
                var bytes = ByteBufferAllocator().buffer(capacity: range.count)
                // because the bytes are the span's, and copied within the call
                unsafe rest.extracting(range).withUnsafeBytes { _ = unsafe bytes.writeBytes($0) }
                guard deliver(bytes) else { return keep(span.extracting(used..<span.byteCount)) }
            case .needsMore(let consumed): return keep(rest.extracting(consumed..<rest.byteCount))
            case .end(let consumed): return finish(isExact: used + consumed == span.byteCount)
            case .refused(let refused):
                return attempt.receivingEnded(attempt.fault(refused, attempt.hasHead ? "receive body" : "receive head"))
            }
        }
    }

    private func keep(_ span: RawSpan) {
        guard attempt != nil, !span.isEmpty else { return }
        span.append(0..<span.byteCount, to: &left)
    }

    /// Passes bytes of the body on, or holds them until they are wanted.
    ///
    /// - Returns: Whether to go on.
    private func deliver(_ bytes: ByteBuffer) -> Bool {
        guard let attempt else { return false }
        switch attempt.accepts(bytes.readableBytes) {
        case .proceed:
            attempt.take(bytes)
            return true
        case .pause:
            held = bytes
            engine.unwatch(socket)
            return false
        case nil:
            attempt.receivingEnded(nil)
            return false
        }
    }

    /// The response is whole.
    private func finish(isExact: Bool) {
        guard let attempt else { return }
        for line in framing.trailerSection.split(separator: 0x0A) {
            guard Array(line).withRawSpan({ attempt.take(line: $0) }) else { return attempt.receivingEnded(nil) }
        }
        // Bytes after it belong to nothing that was asked for.
        isReusable = isPersistent && isExact && unsent.isEmpty && !attempt.isBound
        attempt.receivingEnded(nil)
    }

    /// Nothing came: the connection has ended, or there was nothing to read.
    private func ended(_ count: Int) {
        let code = count < 0 ? errno : 0
        if count < 0, code == EAGAIN || code == EINTR { return }
        guard let attempt else { return }
        if framing.endsWithConnection, count == 0 { return finish(isExact: false) }
        guard attempt.hasHead else { return attempt.connectionEnded(code: Int(code)) }
        let kind = count == 0 ? OriginError.Kind.truncated : .reset
        attempt.receivingEnded(
            attempt.fault(kind, "receive body", code: Int(code), detail: "the connection ended before it")
        )
    }
}

@available(*, unavailable)
extension PlainConnection: Sendable {}  // lives on the origin thread

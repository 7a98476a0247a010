// Confined to the origin thread. Owns one TCP connection to an `http` origin, which carries one GET or HEAD after the other.
// Requests that need more (TLS, HTTP/2, content, signatures, other servers) go through libcurl, which also makes this
// connection (`EasyHandle.takeSocket`).
// Invariants: an attempt is notified of its end once, and last; a connection is in its pool, has an attempt, or is closed; it is
// used again only if its last response came whole, with nothing after it, and it authenticates nobody.

import Glibc
import HTTPMessage
import NIOCore
import Runtime

/// A connection to an origin without TLS.
@safe final class CleartextConnection {  // because its pointer is to the engine's buffer, which outlives the loop
    /// A request as it goes out.
    struct Request {
        let head: [UInt8]
        let method: String
        /// Whether it authenticates the connection (`ConnectionIdentity`), which is closed afterwards.
        let carriesIdentity: Bool
    }

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
    private let pool: OriginPool
    private let parser = ResponseHeadParser()
    private var attempt: Attempt?
    private var method = ""
    private var framing = ResponseFraming()
    private var unsent: [UInt8] = []
    /// Received and not used yet: a part of a line, or what came after bytes nobody wanted.
    private var left: [UInt8] = []
    /// Bytes of the body that nobody wanted yet.
    private var held: ByteBuffer?
    /// Whether the server keeps it open after the response.
    private var isPersistent = false
    /// Whether it authenticates one person.
    private var isBound = false
    /// Whether it may carry another request.
    private var isReusable = false
    private var isOpen = true
    /// Whether it carried a request before the present one.
    private var isReused = false
    /// Whether the present request has received anything.
    private var hasReceived = false
    private(set) var idleSince = Instant.now

    /// Takes over a connected socket that does not block.
    init(owning socket: Int32, engine: Engine, pool: OriginPool) {
        self.socket = socket
        self.engine = engine
        self.pool = pool
        pool.counters.update { $0.connections += 1 }
        engine.watch(self, socket, for: .reading)
    }

    /// Sends a request; calls the attempt with the response, but never from within this call.
    func send(_ request: Request, for attempt: Attempt) {
        self.attempt = attempt
        framing = ResponseFraming()
        parser.begin(allowsHTTP2: pool.settings.allowsHTTP2)
        (method, isBound, unsent) = (request.method, request.carriesIdentity, request.head)
        (isPersistent, isReusable, hasReceived) = (false, false, false)
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

    /// Offers the bytes again that were refused, at the end of the turn.
    func resume() {
        engine.later(.readOn(self))
    }

    /// Closes it without notice.
    func close() {
        guard isOpen else { return }
        isOpen = false
        engine.unwatch(socket)
        Glibc.close(socket)
        pool.counters.update { $0.connections -= 1 }
    }

    /// The socket is ready.
    func ready(_ readiness: Readiness) {
        // Nothing was requested: the server closes the connection, or cannot be trusted with another request.
        guard attempt != nil else { return pool.drop(self) }
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
        // The next read reports what keeps it from being sent, after anything that the server has sent before.
        if sent < 0, errno != EAGAIN { unsent = [] }
        if !isWhole { engine.watch(self, socket, for: unsent.isEmpty ? .reading : [.reading, .writing]) }
    }

    // MARK: Receiving

    /// Continues after a pause; outside an attempt's calls.
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

    /// Uses received bytes up to a pause, the end, or the last whole line.
    private func use(_ span: RawSpan) {
        guard let attempt else { return }
        var used = 0
        // The attempt may end during any of these calls.
        while self.attempt === attempt {
            if framing.isInHead { used += parser.parseUsualLines(span.extracting(used..<span.byteCount)) }
            let rest = span.extracting(used..<span.byteCount)
            switch framing.next(rest) {
            case .line(let range):
                used += range.upperBound
                guard receive(line: rest.extracting(range), for: attempt) else { return attempt.finished(Fields()) }
                guard parser.isDone else { continue }
                isPersistent = parser.isPersistent
                framing.begin(parser.body(ofAnswerTo: method))
            case .body(let range):
                used += range.upperBound
                var bytes = ByteBufferAllocator().buffer(capacity: range.count)
                // because the bytes are the span's, and copied within the call
                unsafe rest.extracting(range).withUnsafeBytes { _ = unsafe bytes.writeBytes($0) }
                guard deliver(bytes) else { return keep(span.extracting(used..<span.byteCount)) }
            case .needsMore(let consumed): return keep(rest.extracting(consumed..<rest.byteCount))
            case .end(let consumed): return finish(isExact: used + consumed == span.byteCount)
            case .refused(let refused):
                return attempt.end(attempt.fault(refused, parser.isDone ? "receive body" : "receive head"))
            }
        }
    }

    /// Takes a line of a head, or of a trailer section.
    ///
    /// - Returns: Whether the response may continue.
    private func receive(line: RawSpan, for attempt: Attempt) -> Bool {
        let step = parser.parse(line)
        if case .head(let head) = step, ConnectionIdentity.isAskedFor(in: head.fields) { isBound = true }
        return attempt.receive(step, isTrailer: parser.isDone)
    }

    private func keep(_ span: RawSpan) {
        guard attempt != nil, !span.isEmpty else { return }
        span.append(0..<span.byteCount, to: &left)
    }

    /// Gives the attempt bytes of the body, or keeps them until it takes them.
    ///
    /// - Returns: Whether to continue.
    private func deliver(_ bytes: ByteBuffer) -> Bool {
        guard let attempt else { return false }
        switch attempt.deliver(bytes) {
        case .proceed: return true
        case .refused:
            held = bytes
            engine.unwatch(socket)
        case .stop: attempt.finished(Fields())
        }
        return false
    }

    /// The response is whole.
    private func finish(isExact: Bool) {
        guard let attempt else { return }
        for line in framing.trailerSection.split(separator: ASCII.lf) {
            guard Array(line).withRawSpan({ receive(line: $0, for: attempt) }) else {
                return attempt.finished(Fields())
            }
        }
        // Bytes after it belong to no request.
        isReusable = isPersistent && isExact && unsent.isEmpty && !isBound
        attempt.finished(parser.trailers)
    }

    /// Nothing came: the connection has ended, or there was nothing to read.
    private func ended(_ count: Int) {
        let code = count < 0 ? errno : 0
        if count < 0, code == EAGAIN || code == EINTR { return }
        guard let attempt else { return }
        if framing.endsWithConnection, count == 0 { return finish(isExact: false) }
        let detail = "the connection ended before it"
        guard parser.isDone else {
            // The server may have closed a kept connection just when the request was sent: it is sent again, once, on a new one
            // (RFC 9112 §9.3.1).
            if isReused, !hasReceived, attempt.repeatRequest() { return }
            return attempt.end(attempt.fault(.reset, "receive head", code: Int(code), detail: detail))
        }
        let kind = count == 0 ? OriginError.Kind.truncated : .reset
        attempt.end(attempt.fault(kind, "receive body", code: Int(code), detail: detail))
    }
}

@available(*, unavailable)
extension CleartextConnection: Sendable {}  // lives on the origin thread

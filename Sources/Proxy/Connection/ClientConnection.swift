// Loop-confined. One client's connection: bytes in, one request at a time out to the request handler, and the limits
// that keep a client from holding what it does not use.
//
// Invariants: while an exchange is in progress nothing is parsed; what the client sends ahead is kept up to a bound and
// then not read from the socket. The loop tells an edge once: `mayRead` and `isBlocked` remember it.

import Glibc
import HTTPMessage
import NIOCore
import Runtime
import Store
import Synchronization

final class ClientConnection: EventSource {
    /// What the connection waits for, and until when.
    enum Waiting {
        case request
        case head
        /// An exchange is in progress; the client's own slowness is watched by `Output.isStuck`.
        case exchange
    }

    var watched: WatchedSocket
    let loopState: LoopState
    let peer: String
    private var buffer = ByteBuffer()
    private var scanned = 0
    private var waiting = Waiting.request
    private var since = Instant.now
    private var output = Output()
    private var exchange: RequestTask?
    /// The hit whose body goes out; nothing else is looked at meanwhile.
    private var unsentHit: UnsentHit?
    /// The exchange goes on, or ends, when everything written is out.
    private var awaitsDrain = false
    /// The disk pool reads what was asked for.
    private var waitsForDisk = false
    private var isProcessing = false
    /// The socket may have something to read.
    private var mayRead = false
    private var isReadStopped = false
    /// The client has sent all it will send: known to be so, or read to the end.
    private var isEndNear = false
    private var isInputClosed = false
    /// No request after this one.
    private var isLast = false
    private var hasEnded = false
    private var isOutputClosed = false

    /// Takes over an accepted socket that does not block.
    init(_ descriptor: Int32, peer: String, _ loopState: LoopState) {
        self.loopState = loopState
        self.peer = peer
        watched = WatchedSocket(descriptor)
    }

    /// Reads of one client before others have their turn.
    private static let readsInARow = 4

    var isWritable: Bool { descriptor >= 0 && !output.isFull }

    // MARK: The socket's events

    /// Begins to serve; on the loop.
    func start() {
        loopState.counters.add(.connections)
        let isWelcome = loopState.add(self)
        guard loopState.loop.add(self) else { return close() }
        guard isWelcome else {
            loopState.counters.add(.limitConnections)
            return OwnResponses.turnAway(self)
        }
        if loopState.isDraining { drain() }
    }

    func handle(_ readiness: Readiness) {
        if readiness.contains(.broken), isReadStopped || isInputClosed { return close() }
        if !readiness.isDisjoint(with: [.ended, .broken]) { isEndNear = true }
        if readiness.contains(.writing), output.isBlocked { sendMore() }
        if !readiness.isDisjoint(with: [.reading, .ended, .broken]) {
            mayRead = true
            receive()
        }
        flushIfNeeded()
    }

    func resume() {
        if output.isEmpty, let unsentHit {
            self.unsentHit = nil
            finishExchange(keepAlive: unsentHit.request.head.keepAlive)
        } else if !output.isFull {
            if let exchange { exchange.clientIsReady() } else { process() }
        }
        if mayRead { receive() }
        flushIfNeeded()
    }

    private func receive() {
        var reads = 0
        while mayRead, !isReadStopped, descriptor >= 0 {
            guard reads < Self.readsInARow else { return loopState.loop.again(self) }
            reads += 1
            switch loopState.read(from: descriptor) {
            case .bytes(let isAll):
                // The end is told once: where it is near, it is read on until there.
                mayRead = !isAll || isEndNear
                // What comes after the last answer is read only so that the client gets to read that answer.
                if !hasEnded { useInput() }
            case .nothing: mayRead = false
            case .end:
                mayRead = false
                endInput()
            case .broken: return close()
            }
        }
    }

    /// Takes what was read: where nothing was left over, it is looked at where it lies.
    private func useInput() {
        guard buffer.readableBytes == 0 else {
            buffer.writeImmutableBuffer(loopState.input)
            return process()
        }
        swap(&buffer, &loopState.input)
        process()
        swap(&buffer, &loopState.input)
        guard loopState.input.readableBytes > 0 else { return }
        buffer = ByteBuffer(bytes: loopState.input.readableBytesView)
    }

    /// The client sends nothing more; what it asked for is still answered.
    private func endInput() {
        guard !isInputClosed else { return }
        isInputClosed = true
        if isOutputClosed { return close() }
        if !hasEnded { process() }
    }

    // MARK: Requests

    /// Answers what has been received, request by request.
    private func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while !hasEnded, !isLast || exchange != nil {
            if let exchange {
                guard exchange.takesBody, buffer.readableBytes > 0 else { break }
                exchange.receiveBody(&buffer)
                if self.exchange === exchange, exchange.takesBody { break }
                continue
            }
            guard !isBusy, buffer.readableBytes > 0, isWritable, parse() else { break }
        }
        holdBack()
        guard isInputClosed, !hasEnded, !isBusy else { return }
        if let exchange {
            if exchange.takesBody { exchange.clientSentAll() }
        } else if isWritable {
            end()
        }
    }

    /// A hit is read from the disk, or goes out.
    private var isBusy: Bool { waitsForDisk || unsentHit != nil }

    /// Reads one head and answers or begins to answer it; false where more bytes are needed.
    private func parse() -> Bool {
        let received = buffer
        switch RequestParser.parse(
            received.readableBytesSpan,
            limits: loopState.settings.requestLimits,
            scanned: scanned
        )
        {
        case .incomplete:
            scanned = received.readableBytes
            wait(for: .head)
            return false
        case .refused(let refusal):
            loopState.counters.add(.refused)
            if [414, 431].contains(refusal.status) { loopState.counters.add(.limitHead) }
            OwnResponses.refuse(refusal, on: self)
            return false
        case .head(let head):
            scanned = 0
            buffer.moveReaderIndex(forwardBy: head.length)
            if !head.keepAlive || loopState.isDraining { isLast = true }
            waiting = .exchange
            RequestHandler.handle(head, consume received, on: self)
            return true
        }
    }

    /// An answer that is under way: the handler made it, the connection tells it what the client does.
    func begin(_ exchange: RequestTask) { self.exchange = exchange }

    /// The disk pool reads what was asked for; nothing else is looked at meanwhile.
    func waitForDisk() { waitsForDisk = true }

    /// The disk pool is done; false where the client has gone meanwhile.
    func diskIsDone() -> Bool {
        waitsForDisk = false
        return descriptor >= 0
    }

    /// The answer has been written whole.
    ///
    /// The next request's turn.
    func finishExchange(keepAlive: Bool) {
        exchange = nil
        if !keepAlive { isLast = true }
        if isLast { return end() }
        wait(for: .request)
        guard !isProcessing else { return }
        process()
        flushIfNeeded()
    }

    /// More of a request's body may come.
    func wantsBody() {
        guard !isProcessing else { return }
        process()
        flushIfNeeded()
    }

    private func wait(for next: Waiting) {
        if case .head = next, case .head = waiting { return }
        waiting = next
        since = loopState.loop.now
    }

    /// Stops reading from a client that sends far ahead, and goes on when there is room.
    private func holdBack() {
        let limit = loopState.settings.requestLimits.head + loopState.settings.pipelinedBytes
        let mustStop = buffer.readableBytes > limit && (exchange != nil || isBusy || !isWritable) && !hasEnded
        guard mustStop != isReadStopped else { return }
        isReadStopped = mustStop
        if !mustStop, mayRead { loopState.loop.again(self) }
    }

    // MARK: Writing

    /// Sends a whole response at once where nothing waits before it; the rest waits for the client.
    ///
    /// No allocation and no copy in the usual case.
    func send(_ head: [UInt8], _ body: ByteBuffer) {
        guard canWrite else { return }
        if !output.send(head, body, to: descriptor) { close() }
    }

    /// Sends a head that no body follows, as above.
    func send(_ head: [UInt8]) {
        guard canWrite else { return }
        if !output.send(head, to: descriptor) { close() }
    }

    /// Sends a head and a part of a volume that is in the page cache, as above.
    ///
    /// - Returns: The rest of the part, which is for `hold` to send; nil where everything is out, or the connection is closed.
    func send(_ head: [UInt8], _ volume: Volume, _ region: Range<Int64>) -> Range<Int64>? {
        send(head)
        guard canWrite else { return nil }
        guard let rest = output.send(volume, region, to: descriptor) else {
            close()
            return nil
        }
        return rest.isEmpty ? nil : rest
    }

    /// Sends the rest of a hit's body as the client takes it; the next request's turn comes then.
    func hold(_ hit: UnsentHit, _ rest: Range<Int64>) {
        guard descriptor >= 0, !isOutputClosed else { return finishExchange(keepAlive: hit.request.head.keepAlive) }
        unsentHit = hit
        write(hit.stored.volume, rest)
        // At once where the volume cannot be read; a socket that is full says when it takes more.
        flushIfNeeded()
    }

    /// Writes bytes; they go out with the next flush.
    func write(_ bytes: ByteBuffer) { if canWrite { output.append(bytes) } }

    /// Writes a part of a volume, which is held until the bytes are out.
    func write(_ volume: Volume, _ region: Range<Int64>) { if canWrite { output.append(volume, region) } }

    private var canWrite: Bool { descriptor >= 0 && !isOutputClosed }

    /// Sends what was written, as far as the socket takes it.
    func flushIfNeeded() {
        if !output.isBlocked { sendMore() }
    }

    private func sendMore() {
        guard descriptor >= 0 else { return }
        if !output.isEmpty {
            switch output.send(to: descriptor) {
            case .sent, .blocked: break
            case .broken: return close()
            case .unreadable: return goOnOtherwise()
            }
        }
        if output.isEmpty, awaitsDrain || unsentHit != nil {
            awaitsDrain = false
            loopState.loop.again(self)
        }
        if output.hasRoomAgain() {
            // In a turn of its own: who wrote this may be the one to go on.
            loopState.loop.again(self)
        }
        if hasEnded, output.isEmpty { closeOutput() }
    }

    /// A volume cannot be read: its writer takes back the unsent output and sends it in another way.
    private func goOnOtherwise() {
        let pieces = output.takeAll()
        if let hit = unsentHit {
            unsentHit = nil
            let exchange = RequestTask(hit, on: self)
            begin(exchange)
            exchange.takeBack(pieces)
        } else if let exchange {
            exchange.takeBack(pieces)
        } else {
            close()
        }
    }

    /// Parts of volumes have been written and are not out.
    var hasRegions: Bool { output.hasRegions }

    /// Tells the exchange when everything written is out.
    func callWhenDrained() { awaitsDrain = true }

    /// Whether another request may follow this one, as its version wants it said.
    func persistence(after head: RequestHead) -> HeadWriter.Persistence {
        guard head.keepAlive, !isLast, !loopState.isDraining else { return .closes }
        return .stays(isHTTP10: head.minorVersion == 0)
    }

    /// No request after this one: the answer's end is the connection's.
    func makeLast() { isLast = true }

    // MARK: The end

    /// Ends the connection once everything written has gone out.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        since = loopState.loop.now
        flushIfNeeded()
    }

    /// Half-closed first: closing with unread bytes would reset the connection and the client lose its answer.
    private func closeOutput() {
        guard !isOutputClosed else { return }
        isOutputClosed = true
        if isInputClosed { return close() }
        shutdown(descriptor, Int32(SHUT_WR))
        since = loopState.loop.now
    }

    /// Ends the connection now, whatever is under way: a client must not take a broken body for a whole one.
    func close() {
        guard descriptor >= 0 else { return }
        hasEnded = true
        output = Output()
        unsentHit = nil
        loopState.loop.close(self)
        loopState.remove(self)
        let left = exchange
        exchange = nil
        left?.clientLeft()
    }

    /// Ends the connection so that the client cannot take what it has for all there is.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        // because the option and its size belong together
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size)
        close()
    }

    /// No more requests: an idle connection ends, another after its answer.
    func drain() {
        isLast = true
        if exchange == nil, !isBusy { end() }
    }

    /// Ends what took too long; about once a second.
    func check(_ now: Instant) {
        let settings = loopState.settings
        guard !output.isStuck(descriptor, at: now, for: settings.sendTimeout) else {
            loopState.counters.add(.limitSend)
            return close()
        }
        guard !hasEnded else {
            if isOutputClosed, now - since > Self.lingerTime { close() }
            return
        }
        switch waiting {
        case .request where now - since > settings.idleTimeout && output.isEmpty:
            loopState.counters.add(.limitIdle)
            end()
        case .head where now - since > settings.headTimeout:
            loopState.counters.add(.limitHeadTimeout)
            OwnResponses.refuseLate(on: self)
        case .exchange:
            exchange?.check(now)
            flushIfNeeded()
        default: break
        }
    }

    /// A client that was told the end has this long to close its side as well.
    private static let lingerTime = Duration.milliseconds(500)
}

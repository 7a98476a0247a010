// Loop-confined. One client's connection: bytes in, one request at a time out to the request handler, and the limits
// that keep a client from holding what it does not use.
//
// Invariant: while an exchange is in progress nothing is parsed; what the client sends ahead is kept up to a bound and
// then not read from the socket.

import Glibc
import HTTPMessage
import NIOCore
import Store
import Synchronization

final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = IOData

    /// What the connection waits for, and until when.
    enum Waiting {
        case request
        case head
        /// An exchange is in progress; the client's own slowness is watched by `lastProgress`.
        case exchange
    }

    let loopState: LoopState
    private(set) var context: ChannelHandlerContext?
    private(set) var peer = "-"
    private var buffer = ByteBuffer()
    private var scanned = 0
    private var waiting = Waiting.request
    private var since = NIODeadline.now()
    /// Bytes that the client has yet to take, as of the last check, and since when it took none.
    private var unsent = 0
    private var unsentSince = NIODeadline.now()
    private var exchange: Exchange?
    private var isProcessing = false
    private var isReadStopped = false
    private var isInputClosed = false
    private var mustFlush = false
    /// The channel may still hold bytes.
    private var usesChannel = false
    /// The socket's number; it is the channel's while that is active.
    private var socket: Int32 = -1
    /// No request after this one.
    private var isLast = false
    private var hasEnded = false

    init(_ loopState: LoopState) { self.loopState = loopState }

    var allocator: ByteBufferAllocator { loopState.allocator }
    var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: The channel's events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.remoteAddress?.ipAddress ?? "unix"
        loopState.counters.add(.connections)
        socket =
            (try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { $0 }) ?? -1
        context.fireChannelActive()
        guard loopState.add(self) else {
            loopState.counters.add(.limitConnections)
            return RequestHandler.turnAway(self)
        }
        if loopState.isDraining { drain() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasEnded = true
        exchange?.clientLeft()
        exchange = nil
        loopState.remove(self)
        self.context = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after the last answer is read only so that the client gets to read that answer.
        guard !hasEnded else { return }
        var bytes = unwrapInboundIn(data)
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
        process()
    }

    func channelReadComplete(context: ChannelHandlerContext) { flushIfNeeded() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        if let exchange { exchange.clientIsReady() } else { process() }
        flushIfNeeded()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has sent all it will send; what it asked for is still answered.
        if case .some(.inputClosed) = event as? ChannelEvent {
            isInputClosed = true
            if hasEnded { context.close(promise: nil) } else { process() }
            flushIfNeeded()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

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
            guard buffer.readableBytes > 0, isWritable, parse() else { break }
        }
        holdBack()
        guard isInputClosed, !hasEnded else { return }
        if let exchange {
            if exchange.takesBody { exchange.clientSentAll() }
        } else if isWritable {
            end()
        }
    }

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
            RequestHandler.refuse(refusal, on: self)
            return false
        case .head(let head):
            scanned = 0
            buffer.moveReaderIndex(forwardBy: head.length)
            if buffer.readableBytes == 0 { buffer = ByteBuffer() }
            if !head.keepAlive || loopState.isDraining { isLast = true }
            waiting = .exchange
            RequestHandler.handle(head, received, on: self)
            return true
        }
    }

    /// An answer that is under way: the handler made it, the connection tells it what the client does.
    func begin(_ exchange: Exchange) { self.exchange = exchange }

    /// The answer has been handed to the channel whole.
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
        since = .now()
    }

    /// Stops reading from a client that sends far ahead, and goes on when there is room.
    private func holdBack() {
        let limit = loopState.settings.requestLimits.head + loopState.settings.pipelinedBytes
        let mustStop = buffer.readableBytes > limit && (exchange != nil || !isWritable) && !hasEnded
        guard mustStop != isReadStopped, let channel = context?.channel else { return }
        isReadStopped = mustStop
        _ = channel.setOption(.autoRead, value: !mustStop)
    }

    // MARK: Writing

    /// Sends a whole answer at once where nothing waits before it; what the socket does not take goes through the channel.
    ///
    /// No allocation and no copy in the usual case.
    func send(_ head: ByteBuffer, _ tail: [UInt8], _ body: ByteBuffer) {
        var sent = 0
        if isChannelEmpty {
            guard let count = DirectSend.send(socket, head, tail, body) else { return close() }
            sent = count
        }
        let headLength = head.readableBytes + tail.count
        guard sent < headLength + body.readableBytes else { return }
        writeRest(of: head, tail, after: sent)
        var body = body
        body.moveReaderIndex(forwardBy: max(0, sent - headLength))
        if body.readableBytes > 0 { write(body) }
    }

    /// Sends a head and a part of a volume that lies in the page cache, as `send` does.
    func send(_ head: ByteBuffer, _ tail: [UInt8], _ volume: Volume, _ region: Range<Int64>) {
        let headLength = head.readableBytes + tail.count
        var sent = 0
        var rest = region
        if isChannelEmpty {
            guard let count = DirectSend.send(socket, head, tail, ByteBuffer(), hasMore: true) else { return close() }
            sent = count
            if sent == headLength {
                guard let count = DirectSend.send(socket, file: volume.descriptor, region) else { return close() }
                rest = region.lowerBound + Int64(count)..<region.upperBound
            }
        }
        writeRest(of: head, tail, after: sent)
        if !rest.isEmpty { write(volume, rest) }
    }

    private func writeRest(of head: ByteBuffer, _ tail: [UInt8], after sent: Int) {
        guard sent < head.readableBytes + tail.count else { return }
        var rest = allocator.buffer(capacity: head.readableBytes + tail.count)
        rest.writeImmutableBuffer(head)
        rest.writeBytes(tail)
        rest.moveReaderIndex(forwardBy: sent)
        write(rest)
    }

    /// Whether bytes sent past the channel come behind all that it was given.
    private var isChannelEmpty: Bool {
        guard socket >= 0, !mustFlush, !hasEnded, let channel = context?.channel, channel.isActive else { return false }
        guard usesChannel else { return true }
        usesChannel = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) != 0
        return !usesChannel
    }

    /// Hands bytes to the channel; they go out with the next flush.
    func write(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>? = nil) {
        context?.write(wrapOutboundOut(.byteBuffer(bytes)), promise: promise)
        (mustFlush, usesChannel) = (true, true)
    }

    /// Hands a part of a volume to the channel; the volume is held until the bytes are out.
    func write(_ volume: Volume, _ region: Range<Int64>) {
        guard let context else { return }
        // The handle does not own the descriptor; the volume does.
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: volume.descriptor)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in
            _ = try? handle.takeDescriptorOwnership()
            withExtendedLifetime(volume) {}
        }
        let file = FileRegion(
            fileHandle: handle,
            readerIndex: Int(region.lowerBound),
            endIndex: Int(region.upperBound)
        )
        context.write(wrapOutboundOut(.fileRegion(file)), promise: promise)
        (mustFlush, usesChannel) = (true, true)
    }

    func flushIfNeeded() {
        guard mustFlush else { return }
        mustFlush = false
        context?.flush()
    }

    /// Whether the answer to the request just parsed is followed by another.
    var persistence: HeadWriter.Persistence { isLast || loopState.isDraining ? .closes : .stays(isHTTP10: false) }

    /// No request after this one: the answer's end is the connection's.
    func makeLast() { isLast = true }

    // MARK: The end

    /// Ends the connection once everything written has gone out.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        since = .now()
        guard let context else { return }
        mustFlush = false
        // Half-closed first: closing with unread bytes would reset the connection and the client lose its answer.
        let box = NIOLoopBound(context, eventLoop: context.eventLoop)
        let mode: CloseMode = isInputClosed ? .all : .output
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())))
            .whenComplete { _ in box.value.close(mode: mode, promise: nil) }
    }

    /// Ends the connection now, whatever is under way: a client must not take a broken body for a whole one.
    func close() {
        hasEnded = true
        context?.close(promise: nil)
    }

    /// Ends the connection so that the client cannot take what it has for all there is.
    func reset() {
        if let socket = context?.channel as? any SocketOptionProvider {
            // On the loop this takes effect at once.
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        close()
    }

    /// No more requests: an idle connection ends, another after its answer.
    func drain() {
        isLast = true
        if exchange == nil { end() }
    }

    /// Ends what took too long; about once a second.
    func check(_ now: NIODeadline) {
        let settings = loopState.settings
        guard !takesNothing(now, for: settings.sendTimeout) else {
            loopState.counters.add(.limitSend)
            return close()
        }
        guard !hasEnded else {
            if unsent == 0, now - since > Self.lingerTime { close() }
            return
        }
        switch waiting {
        case .request where now - since > settings.idleTimeout && unsent == 0:
            loopState.counters.add(.limitIdle)
            end()
        case .head where now - since > settings.headTimeout:
            loopState.counters.add(.limitHeadTimeout)
            RequestHandler.refuseLate(on: self)
        case .exchange: exchange?.check(now)
        default: break
        }
    }

    /// A client that was told the end has this long to close its side as well.
    private static let lingerTime = TimeAmount.milliseconds(500)

    /// Whether bytes have been waiting for the client and none of them went out for a time.
    private func takesNothing(_ now: NIODeadline, for limit: TimeAmount) -> Bool {
        let waiting = (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if waiting == 0 || waiting != unsent { unsentSince = now }
        unsent = waiting
        return waiting > 0 && now - unsentSince > limit
    }
}

@available(*, unavailable)
extension ClientConnection: Sendable {}

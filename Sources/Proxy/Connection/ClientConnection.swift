// Loop-confined. One client's connection: the shell that reads, serves one request at a time through the request handler, sends,
// and performs what `ConnectionState` decides. `ClientInput` has what was read, `Output` what waits to be sent.
// Invariant: while a response is in progress no head is parsed; what the client sends ahead is kept up to a bound and then not
// read from the socket.

import HTTPMessage
import NIOCore
import Runtime
import Store

final class ClientConnection: EventSource {
    var watched: WatchedSocket
    let loopState: LoopState
    let peer: String
    private var input = ClientInput()
    private var state = ConnectionState(at: .now)
    private var output = Output()
    private var progress = ResponseInProgress()
    private var isProcessing = false

    /// Takes over an accepted socket that does not block.
    init(_ descriptor: Int32, peer: String, _ loopState: LoopState) {
        self.loopState = loopState
        self.peer = peer
        watched = WatchedSocket(descriptor)
    }

    // MARK: The socket's events

    func handle(_ readiness: Readiness) {
        if readiness.contains(.broken), input.isStopped || state.isInputClosed { return close() }
        input.noteEnd(readiness)
        if readiness.contains(.writing), output.isBlocked { sendMore() }
        if input.noteReadable(readiness) { receive() }
        flushIfNeeded()
    }

    func resume() {
        if output.isEmpty, let hit = progress.takeHit() {
            finishExchange(keepAlive: hit.request.head.keepAlive)
        } else if !output.isFull {
            if let task = progress.task { task.clientIsReady() } else { process() }
        }
        if input.mayRead { receive() }
        flushIfNeeded()
    }

    private func receive() {
        var reads = 0
        while input.isReadable, descriptor >= 0 {
            guard reads < ClientInput.readsInARow else { return loopState.loop.again(self) }
            reads += 1
            switch loopState.read(from: descriptor) {
            case .bytes(let isAll):
                input.hasRead(isAll: isAll)
                // What follows the last request is read only so that the client can read the response.
                if !state.hasEnded { useInput() }
            case .nothing: input.hasReadAll()
            case .end:
                input.hasReadAll()
                perform(state.closeInput())
            case .broken: return close()
            }
        }
    }

    /// Uses what was read where it is if nothing was left before it.
    private func useInput() {
        guard input.isEmpty else {
            input.append(loopState.input)
            return process()
        }
        input.exchange(&loopState.input)
        process()
        input.exchange(&loopState.input)
        if loopState.input.readableBytes > 0 { input.keep(loopState.input) }
    }

    // MARK: Requests

    /// Serves what has come, request by request.
    private func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while state.mayServe(isInProgress: progress.task != nil) {
            if let task = progress.task {
                guard task.takesBody, !input.isEmpty else { break }
                var bytes = input.takeAll()
                task.receiveBody(&bytes)
                input.giveBack(bytes)
                if progress.task === task, task.takesBody { break }
                continue
            }
            guard !progress.isHit, !input.isEmpty, isWritable, parse() else { break }
        }
        holdBack()
        guard state.isInputClosed, !state.hasEnded, !progress.isHit else { return }
        if let task = progress.task {
            if task.takesBody { task.clientSentAll() }
        } else if isWritable {
            end()
        }
    }

    /// Parses one head and begins its response; false if it is not whole, or refused.
    private func parse() -> Bool {
        let received = input.bytes
        let limits = loopState.settings.requestLimits
        switch RequestParser.parse(received.readableBytesSpan, limits: limits, scanned: input.scanned) {
        case .incomplete:
            input.needsMore()
            state.awaitHead(at: loopState.loop.now)
        case .refused(let refusal): OwnResponses.refuse(refusal, on: self)
        case .head(let head):
            input.skipHead(head.length)
            state.beginResponse(isLast: !head.keepAlive || loopState.isDraining)
            RequestHandler.handle(head, consume received, on: self)
            return true
        }
        return false
    }

    /// A task makes the response; the connection reports to it what the client does.
    func begin(_ task: RequestTask) { progress.begin(task) }

    /// The disk pool reads what was requested; nothing else is served meanwhile.
    func waitForDisk() { progress.waitForDisk() }

    /// The disk pool is done; false if the client has gone meanwhile.
    func diskIsDone() -> Bool {
        progress.endWaitForDisk()
        return descriptor >= 0
    }

    /// The response has been written whole: the next request is served.
    func finishExchange(keepAlive: Bool) {
        progress.endTask()
        guard state.finishResponse(keepAlive: keepAlive, at: loopState.loop.now) == .serve else { return end() }
        wantsBody()
    }

    /// More input may be used: a request, or more of one's body.
    @inline(__always)
    func wantsBody() {
        guard !isProcessing else { return }
        process()
        flushIfNeeded()
    }

    /// Stops reading from a client that sends far ahead, and reads again when there is room.
    private func holdBack() {
        let limit = loopState.settings.requestLimits.head + loopState.settings.pipelinedBytes
        let mustStop = input.count > limit && (!progress.isNone || !isWritable) && !state.hasEnded
        if input.stop(mustStop) { loopState.loop.again(self) }
    }

    // MARK: Sending

    /// Sends a whole response at once if nothing waits before it, usually without allocation or copy; what the socket does not
    /// take waits.
    func send(_ head: [UInt8], _ body: ByteBuffer) {
        if canWrite, !output.send(head, body, to: descriptor) { close() }
    }

    /// Sends a head that no body follows, as above.
    func send(_ head: [UInt8]) {
        if canWrite, !output.send(head, to: descriptor) { close() }
    }

    /// Sends a head and a part of a volume that is in the page cache, as above.
    ///
    /// - Returns: The rest of the part, for `hold` to send; nil if everything is out, or the connection is closed.
    func send(_ head: [UInt8], _ volume: Volume, _ region: Range<Int64>) -> Range<Int64>? {
        send(head)
        guard canWrite else { return nil }
        guard let rest = output.send(volume, region, to: descriptor) else {
            close()
            return nil
        }
        return rest.isEmpty ? nil : rest
    }

    /// Sends the rest of a hit's body as the client takes it, then serves the next request.
    func hold(_ hit: UnsentHit, _ rest: Range<Int64>) {
        guard canWrite else { return finishExchange(keepAlive: hit.request.head.keepAlive) }
        progress.hold(hit)
        write(hit.stored.volume, rest)
        // At once if the volume cannot be read; a socket that is full reports when it takes more.
        flushIfNeeded()
    }

    /// Writes bytes; they are sent with the next flush.
    func write(_ bytes: ByteBuffer) { if canWrite { output.append(bytes) } }

    /// Writes a part of a volume, which is held until the bytes are out.
    func write(_ volume: Volume, _ region: Range<Int64>) { if canWrite { output.append(volume, region) } }

    private var canWrite: Bool { descriptor >= 0 && !state.isOutputClosed }

    var isWritable: Bool { descriptor >= 0 && !output.isFull }

    /// Parts of volumes have been written and are not out.
    var hasRegions: Bool { output.hasRegions }

    /// Calls the task when everything written is out.
    func callWhenDrained() { progress.awaitDrain() }

    /// Sends what was written, as far as the socket takes it.
    func flushIfNeeded() { if !output.isBlocked { sendMore() } }

    private func sendMore() {
        guard descriptor >= 0 else { return }
        if !output.isEmpty {
            switch output.send(to: descriptor) {
            case .sent, .blocked: break
            case .broken: return close()
            case .unreadable: return sendOtherwise()
            }
        }
        let isDrained = output.isEmpty && progress.drained()
        // In a turn of its own: the task that wrote this may be what calls now.
        if output.hasRoomAgain() || isDrained { loopState.loop.again(self) }
        if state.hasEnded, output.isEmpty { perform(state.closeOutput(at: loopState.loop.now)) }
    }

    /// A volume cannot be read: a task sends what is not out, in another way.
    private func sendOtherwise() {
        let pieces = output.takeAll()
        if let hit = progress.takeHit() { begin(RequestTask(hit, on: self)) }
        guard let task = progress.task else { return close() }
        task.takeBack(pieces)
    }

    // MARK: The end

    /// Whether another request may follow this one, as its version wants it said.
    func persistence(after head: RequestHead) -> HeadWriter.Persistence {
        state.persistence(after: head, isDraining: loopState.isDraining)
    }

    /// No request after this one: the end of the response is that of the connection.
    func makeLast() { state.makeLast() }

    private func perform(_ action: ConnectionState.Action) {
        switch action {
        case .keep: break
        case .serve: process()
        case .end: end()
        case .linger: SocketEnd.closeOutput(descriptor)
        case .close: close()
        }
    }

    /// Ends the connection once everything written is out.
    func end() {
        if state.end(at: loopState.loop.now) { flushIfNeeded() }
    }

    /// Ends the connection now, whatever is in progress: a client must not take a broken body for a whole one.
    func close() {
        guard descriptor >= 0 else { return }
        state.close()
        output = Output()
        loopState.loop.close(self)
        loopState.remove(self)
        progress.abandon()?.clientLeft()
    }

    /// Resets the connection, so that the client cannot take what it has for the whole response.
    func reset() {
        SocketEnd.resetAtClose(descriptor)
        close()
    }

    /// Serves no more requests: an idle connection ends, another one after its response.
    func drain() { perform(state.drain(isInProgress: !progress.isNone)) }

    /// Ends what took too long; about once a second.
    func check(_ now: Instant) {
        let settings = loopState.settings
        let isStuck = output.isStuck(descriptor, at: now, for: settings.sendTimeout)
        let limits = (settings.idleTimeout, settings.headTimeout)
        let expiry = state.expiry(at: now, limits, isStuck: isStuck, isOutputEmpty: output.isEmpty)
        if let counter = expiry.counter { loopState.counters.add(counter) }
        switch expiry {
        case .nothing: break
        case .idle: end()
        case .head: OwnResponses.refuseLate(on: self)
        case .stuck, .linger: close()
        case .response:
            progress.task?.check(now)
            flushIfNeeded()
        }
    }
}

@available(*, unavailable)
extension ClientConnection: Sendable {}

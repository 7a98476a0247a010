// A request's own body on its way to the origin: streamed with back-pressure, bounded, framing checked to the end.

import HTTPMessage
import NIOCore
import Origins

/// Loop-confined. The state of one upload.
final class Upload {
    let body: OriginRequestBody
    private let limit: Int64
    private var remaining: UInt64
    private var decoder: ChunkedDecoder?
    private var total: Int64 = 0
    private(set) var isComplete = false
    var isPaused = false

    /// What taking bytes came to.
    enum Taken {
        case more
        case complete
        case tooLarge
        case malformed
    }

    init(_ framing: RequestHead.Framing, limit: Int64, onWritable: @escaping @Sendable () -> Void) {
        self.limit = limit
        switch framing {
        case .length(let length):
            body = OriginRequestBody(length: Int64(clamping: length), onWritable: onWritable)
            remaining = length
            isComplete = length == 0
        case .chunked:
            body = OriginRequestBody(length: nil, onWritable: onWritable)
            remaining = 0
            decoder = ChunkedDecoder()
        case .none:
            body = OriginRequestBody(length: 0, onWritable: onWritable)
            remaining = 0
            isComplete = true
        }
        if isComplete { body.finish() }
    }

    /// Takes what belongs to the body off the front of `buffer`.
    func take(_ buffer: inout ByteBuffer) -> Taken {
        while buffer.readableBytes > 0, !isPaused, !isComplete {
            if decoder != nil {
                switch takeChunked(&buffer) {
                case .more: continue
                case let end: return end
                }
            }
            let count = Int(min(remaining, UInt64(buffer.readableBytes)))
            guard let piece = buffer.readSlice(length: count) else { return .malformed }
            guard append(piece) else { return .tooLarge }
            remaining -= UInt64(count)
            if remaining == 0 { return complete() }
        }
        return isComplete ? .complete : .more
    }

    private func takeChunked(_ buffer: inout ByteBuffer) -> Taken {
        guard let step = decoder?.decode(buffer.readableBytesSpan) else { return .malformed }
        switch step {
        case .needsMore(let consumed):
            buffer.moveReaderIndex(forwardBy: consumed)
            return .more
        case .bytes(let range):
            buffer.moveReaderIndex(forwardBy: range.lowerBound)
            guard let piece = buffer.readSlice(length: range.count) else { return .malformed }
            return append(piece) ? .more : .tooLarge
        case .end(let consumed):
            buffer.moveReaderIndex(forwardBy: consumed)
            return complete()
        case .refused: return .malformed
        }
    }

    private func append(_ piece: ByteBuffer) -> Bool {
        total += Int64(piece.readableBytes)
        guard total <= limit else { return false }
        if body.append(piece) == .pause { isPaused = true }
        return true
    }

    private func complete() -> Taken {
        isComplete = true
        body.finish()
        return .complete
    }
}

extension Exchange {
    /// Whether bytes that arrive now belong to this request's body.
    var takesBody: Bool { upload.map { !$0.isComplete && !$0.isPaused } ?? false }

    func makeUpload() -> Upload? {
        guard head.framing != .none else { return nil }
        let bound = NIOLoopBound(self, eventLoop: state.loop)
        let loop = state.loop
        return Upload(head.framing, limit: state.settings.requestBody) {
            loop.execute {
                bound.value.upload?.isPaused = false
                bound.value.connection.wantsBody()
            }
        }
    }

    /// Takes what has arrived of the body.
    func receiveBody(_ buffer: inout ByteBuffer) {
        guard let upload else { return }
        switch upload.take(&buffer) {
        case .more, .complete: break
        case .tooLarge:
            state.counters.add(.limitRequestBody)
            refuseBody(413, "The request's body is over the limit of \(state.settings.requestBody) bytes.")
        case .malformed: refuseBody(400, "The request's body is not framed as its head says.")
        }
    }

    func refuseBody(_ status: Int, _ text: String) {
        upload?.body.fail()
        connection.makeLast()
        guard !hasHead else { return breakOff() }
        answerOwn(status, text, nil)
    }
}

// Loop-confined. One request's body on its way from a connection's buffer to the origin thread: counted, its framing
// checked, held back where the origin is slower.

import HTTPMessage
import NIOCore
import Origins

final class Upload {
    let body: OriginRequestBody
    private let limit: Int64
    private var remaining: UInt64
    private var decoder: ChunkedDecoder?
    private var total: Int64 = 0
    private(set) var isComplete = false
    var isPaused = false

    /// What taking bytes came to.
    enum Received {
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
    func receive(_ buffer: inout ByteBuffer) -> Received {
        while buffer.readableBytes > 0, !isPaused, !isComplete {
            if decoder != nil {
                switch receiveChunked(&buffer) {
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

    private func receiveChunked(_ buffer: inout ByteBuffer) -> Received {
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

    private func complete() -> Received {
        isComplete = true
        body.finish()
        return .complete
    }
}

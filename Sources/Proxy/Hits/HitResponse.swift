// Value. The response of a hit on the short way: decided, and sent at once as far as the socket accepts it.

import HTTPCaching
import HTTPMessage
import NIOCore
import Store

struct HitResponse {
    let shape: HitShape
    let isInMemory: Bool
    let entry: CatalogEntry

    /// Sends the response and logs it.
    ///
    /// Large values are borrowed from the caller, so that no reference is counted.
    /// - Parameters:
    ///   - head: Status line and field lines as stored; in the memory tier with Content-Length.
    ///   - places: The places of a 304's fields in `head`, if known.
    ///   - body: The part of the body to send; nil for a 304.
    ///   - now: The time.
    ///   - request: The request.
    ///   - connection: The client's connection.
    /// - Returns: The part of its volume that the socket did not accept at once; nil if all of it is sent or waits as
    ///   bytes.
    @inline(__always)
    func send(
        _ head: ByteBuffer,
        _ places: NotModifiedPlaces?,
        _ body: HitBody?,
        at now: WallTime,
        _ request: borrowing IncomingRequest,
        on connection: ClientConnection
    ) -> Range<Int64>? {
        let state = connection.loopState
        let (status, length) = writeHead(head, places, at: now, request, connection)
        var rest: Range<Int64>?
        switch body {
        case .bytes(let bytes): connection.send(state.scratch, bytes)
        case .region(let volume, let region): rest = connection.send(state.scratch, volume, region)
        case nil: connection.send(state.scratch)
        }
        state.counters.add(.bytesServed, Int(length))
        if state.log != nil {
            LogRecord(request.head, request.bytes, peer: connection.peer, began: nil)
                .write(to: state, status: status, bytes: length, cacheStatus: .hit, origin: nil)
        }
        return rest
    }

    /// Writes the head into the loop's scratch space.
    /// - Returns: The status, and the bytes of body that follow.
    @inline(__always)
    private func writeHead(
        _ head: ByteBuffer,
        _ places: NotModifiedPlaces?,
        at now: WallTime,
        _ request: borrowing IncomingRequest,
        _ connection: ClientConnection
    ) -> (status: Int, length: Int64) {
        let state = connection.loopState
        state.scratch.removeAll(keepingCapacity: true)
        var (status, length) = (200, entry.bodyLength)
        switch shape {
        case .whole:
            // Copied: sending one piece instead of two saves the kernel more than the copy costs.
            let span = head.readableBytesSpan
            span.append(0..<span.byteCount, to: &state.scratch)
            if !isInMemory { HeadWriter.writeLength(length, into: &state.scratch) }
        case .notModified:
            state.counters.add(.notModified)
            StoredHead.writeNotModified(head.readableBytesSpan, places, into: &state.scratch)
            (status, length) = (304, 0)
        case .part(let range):
            StoredHead.writePart(range, of: length, head.readableBytesSpan, into: &state.scratch)
            (status, length) = (206, Int64(range.count))
        }
        HeadWriter.writeHitTail(
            into: &state.scratch,
            age: max(0, now - entry.bornAt),
            ttl: entry.freshUntil - now,
            persistence: connection.persistence(after: request.head)
        )
        return (status, length)
    }
}

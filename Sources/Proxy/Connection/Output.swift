// Value. What goes to a client: at once where nothing waits before it, else as the client takes it, in order. It calls the
// socket and nothing else.

import CLinux
import NIOCore
import Runtime
import Store

struct Output {
    enum Piece {
        case bytes(ByteBuffer)
        /// The volume is held until the bytes are out.
        case region(Volume, Range<Int64>)
    }

    /// What a try to send came to.
    enum Progress {
        case sent
        /// The socket takes no more now.
        case blocked
        case broken
        /// The volume of the first piece cannot be read.
        case unreadable
    }

    private var pieces: [Piece] = []
    /// Pieces before this one are out.
    private var first = 0
    /// Bytes that wait.
    private(set) var count = 0
    /// Bytes that waited and have gone to the kernel.
    private(set) var sent = 0

    /// The socket took no more; it says when it does.
    private(set) var isBlocked = false
    /// So much waits that no more is accepted, until most of it is out.
    private(set) var isFull = false
    /// Parts of volumes wait: their bytes may turn out not to be readable.
    private(set) var hasRegions = false
    /// How far the client's machine had taken what waited for it at the last check, and since when it has taken nothing.
    private var taken = 0
    private var takenSince = Instant.now

    /// More is accepted only where less waits than this, in bytes; once it is passed, less than the lower one.
    private static let (lowMark, highMark) = (64 << 10, 512 << 10)

    var isEmpty: Bool { count == 0 }

    // MARK: Writing

    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        pieces.append(.bytes(bytes))
        grow(by: bytes.readableBytes)
    }

    mutating func append(_ volume: Volume, _ region: Range<Int64>) {
        guard !region.isEmpty else { return }
        pieces.append(.region(volume, region))
        grow(by: region.count)
        hasRegions = true
    }

    private mutating func grow(by bytes: Int) {
        count += bytes
        isFull = count > Self.highMark
    }

    // MARK: Sending at once

    /// Sends a head and a body, and keeps what the socket does not take.
    ///
    /// No allocation and no copy in the usual case.
    /// - Returns: False where the connection is broken.
    mutating func send(_ head: [UInt8], _ body: ByteBuffer, to socket: Int32) -> Bool {
        guard isEmpty else {
            append(ByteBuffer(bytes: head))
            append(body)
            return true
        }
        guard let sent = DirectSend.send(socket, head, body) else { return false }
        guard sent < head.count + body.readableBytes else { return true }
        keep(head, after: sent)
        var body = body
        body.moveReaderIndex(forwardBy: max(0, sent - head.count))
        append(body)
        return true
    }

    /// Sends a head that no body follows, as above.
    mutating func send(_ head: [UInt8], to socket: Int32) -> Bool {
        guard isEmpty else {
            append(ByteBuffer(bytes: head))
            return true
        }
        guard let sent = DirectSend.send(socket, head) else { return false }
        keep(head, after: sent)
        return true
    }

    /// Sends a part of a volume as far as the socket takes it, if nothing waits before it.
    /// - Returns: The rest, which the caller has to append; nil where the connection is broken.
    mutating func send(_ volume: Volume, _ region: Range<Int64>, to socket: Int32) -> Range<Int64>? {
        var rest = region
        while !rest.isEmpty, isEmpty, !isBlocked {
            switch DirectSend.send(socket, file: volume.descriptor, rest) {
            case .sent(let part):
                isBlocked = part == 0
                rest = rest.lowerBound + Int64(part)..<rest.upperBound
            case .broken: return nil
            case .unreadable: return rest
            }
        }
        return rest
    }

    private mutating func keep(_ head: [UInt8], after sent: Int) {
        guard sent < head.count else { return }
        append(ByteBuffer(bytes: head[sent...]))
    }

    // MARK: Sending what waits

    /// Sends what the socket takes now.
    mutating func send(to socket: Int32) -> Progress {
        let progress = sendAll(to: socket)
        switch progress {
        case .sent: isBlocked = false
        case .blocked: isBlocked = true
        case .broken, .unreadable: break
        }
        return progress
    }

    /// Whether most of what waited is out, so that more is accepted; true once.
    mutating func hasRoomAgain() -> Bool {
        guard isFull, count < Self.lowMark else { return false }
        isFull = false
        return true
    }

    private mutating func sendAll(to socket: Int32) -> Progress {
        while first < pieces.count {
            let sent: Int?
            switch pieces[first] {
            case .bytes:
                let second = bytes(at: first + 1)
                let third = second.readableBytes > 0 ? bytes(at: first + 2) : ByteBuffer()
                let taken = 1 + (second.readableBytes > 0 ? 1 : 0) + (third.readableBytes > 0 ? 1 : 0)
                let hasMore = first + taken < pieces.count
                sent = DirectSend.send(socket, (bytes(at: first), second, third), hasMore: hasMore)
            case .region(let volume, let region):
                switch DirectSend.send(socket, file: volume.descriptor, region) {
                case .sent(let count): sent = count
                case .broken: sent = nil
                case .unreadable: return .unreadable
                }
            }
            guard let sent else { return .broken }
            // A part may have been sent for other reasons than a full socket: only nothing at all says so.
            if sent == 0 { return .blocked }
            advance(by: sent)
        }
        return .sent
    }

    /// Gives back what waits, in order.
    mutating func takeAll() -> [Piece] {
        let left = Array(pieces[first...])
        self = Output()
        return left
    }

    private func bytes(at index: Int) -> ByteBuffer {
        guard index < pieces.count, case .bytes(let bytes) = pieces[index] else { return ByteBuffer() }
        return bytes
    }

    private mutating func advance(by sent: Int) {
        count -= sent
        self.sent += sent
        var left = sent
        while left > 0 {
            switch pieces[first] {
            case .bytes(var bytes):
                let part = min(left, bytes.readableBytes)
                left -= part
                bytes.moveReaderIndex(forwardBy: part)
                pieces[first] = .bytes(bytes)
                if bytes.readableBytes == 0 { first += 1 }
            case .region(let volume, let region):
                let part = min(left, region.count)
                left -= part
                pieces[first] = .region(volume, region.lowerBound + Int64(part)..<region.upperBound)
                if part == region.count { first += 1 }
            }
        }
        if first == pieces.count {
            // One by one: emptying the array at once costs as much as sending the few pieces that there are nearly always.
            if pieces.count < 8 { while pieces.popLast() != nil {} } else { pieces = [] }
            first = 0
            hasRegions = false
        }
    }

    // MARK: A client that takes nothing

    /// Whether bytes have been waiting for the client, and its machine has taken none for a time.
    ///
    /// What went to the kernel alone does not tell: its queue takes more only once a third of it is free again, and a slow client
    /// needs minutes for that.
    mutating func isStuck(_ socket: Int32, at now: Instant, for limit: Duration) -> Bool {
        guard !isEmpty else {
            takenSince = now
            return false
        }
        let taken = sent - Int(clinux_send_queue(socket))
        if taken != self.taken { takenSince = now }
        self.taken = taken
        return now - takenSince > limit
    }
}

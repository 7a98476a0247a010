// A value. What waits for a client to take it: bytes and parts of volumes, in order.

import NIOCore
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

    var isEmpty: Bool { count == 0 }
    /// Parts of volumes wait: their bytes may turn out not to be readable.
    private(set) var hasRegions = false

    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        pieces.append(.bytes(bytes))
        count += bytes.readableBytes
    }

    mutating func append(_ volume: Volume, _ region: Range<Int64>) {
        guard !region.isEmpty else { return }
        pieces.append(.region(volume, region))
        count += region.count
        hasRegions = true
    }

    /// Sends what the socket takes now.
    mutating func send(to socket: Int32) -> Progress {
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
}

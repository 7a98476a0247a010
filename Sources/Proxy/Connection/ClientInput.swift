// Value. What a client has sent and nobody has used yet, and whether its socket has more. It calls no socket: `ClientConnection`
// reads into its loop's buffer and reports the result.
// Invariants: epoll reports an edge once, so `mayRead` stays true until a read finds nothing; heads are scanned once.

import NIOCore
import Runtime

struct ClientInput {
    /// What has come and is not used.
    private(set) var bytes = ByteBuffer()
    /// How many of them belong to a head that is known not to be whole.
    private(set) var scanned = 0
    /// The socket may have something to read.
    private(set) var mayRead = false
    /// Nothing is read, because the client is too far ahead.
    private(set) var isStopped = false
    /// The end of the input has been reported: it is the last thing that a read will find.
    private var isEndNear = false

    /// Reads of one client before others have their turn.
    static let readsInARow = 4

    var isEmpty: Bool { bytes.readableBytes == 0 }
    var count: Int { bytes.readableBytes }
    var isReadable: Bool { mayRead && !isStopped }

    // MARK: The socket

    /// Notes that the end is near, if that is what epoll reports.
    @inline(__always)
    mutating func noteEnd(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: [.ended, .broken]) { isEndNear = true }
    }

    /// Notes that there is something to read, if that is what epoll reports.
    ///
    /// - Returns: Whether it is.
    @inline(__always)
    mutating func noteReadable(_ readiness: Readiness) -> Bool {
        guard !readiness.isDisjoint(with: [.reading, .ended, .broken]) else { return false }
        mayRead = true
        return true
    }

    /// A read has found something.
    ///
    /// - Parameter isAll: Whether it took all that there was. epoll does not report the end again, so the input is read up to an end
    ///   that is near.
    @inline(__always)
    mutating func hasRead(isAll: Bool) { mayRead = !isAll || isEndNear }

    /// A read has found nothing, or the end.
    mutating func hasReadAll() { mayRead = false }

    /// Stops reading, or reads again.
    ///
    /// - Returns: Whether there may be something to read again.
    @inline(__always)
    mutating func stop(_ mustStop: Bool) -> Bool {
        guard mustStop != isStopped else { return false }
        isStopped = mustStop
        return !mustStop && mayRead
    }

    // MARK: The bytes

    /// Adds what was read to what is left.
    mutating func append(_ read: ByteBuffer) { bytes.writeImmutableBuffer(read) }

    /// Puts what was read in the place of what is left, which is nothing, so that it is used without a copy; and back.
    @inline(__always)
    mutating func exchange(_ read: inout ByteBuffer) { swap(&bytes, &read) }

    /// Copies what is left of a read.
    mutating func keep(_ rest: ByteBuffer) { bytes = ByteBuffer(bytes: rest.readableBytesView) }

    /// The bytes so far are not a whole head.
    mutating func needsMore() { scanned = bytes.readableBytes }

    /// A head was found, of so many bytes.
    @inline(__always)
    mutating func skipHead(_ length: Int) {
        scanned = 0
        bytes.moveReaderIndex(forwardBy: length)
    }

    /// Gives out everything, for `giveBack` to return what is not used.
    mutating func takeAll() -> ByteBuffer {
        var all = ByteBuffer()
        swap(&all, &bytes)
        return all
    }

    mutating func giveBack(_ rest: ByteBuffer) { bytes = rest }
}

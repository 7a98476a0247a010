// How an answer goes on whose body comes no more: its volume fails, or was cut from outside, and the record is forgotten; the disk is
// late with it; or the transfer was ended since others waited for its connection. The origin is asked for the bytes that the client has
// not had, where its entity tag tells that they are of the same version. Else a body that is late is waited for, and any other breaks
// off, once.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store

/// What an exchange knows about going on with a body.
struct BodyResuming {
    /// The fields and the complete length that the client was told.
    private(set) var fields = Fields()
    private(set) var length: Int64?
    /// The stored response that gives the body; nil where a fill does.
    private(set) var entry: DirectoryEntry?
    /// Where the body's first byte would lie in the volume that is sent from.
    var start: Int64 = 0
    /// Volumes are read, not sent from: that failed once.
    var readsOnly = false
    /// The origin is asked for the rest.
    var isUnderWay = false
    /// The disk is only late: it is waited for where the origin does not help.
    var mayWait = false
    /// It was asked once: not again.
    var wasTried = false
    /// Offsets of the body that it is asked for.
    var wanted: Range<Int64> = 0..<0
    var isPumping = false
    /// What had been written came back while it was pumped.
    var wasTakenBack = false

    /// Notes what the client is told of the body.
    mutating func note(_ fields: Fields, length: Int64?, entry: DirectoryEntry?) {
        self.fields = fields
        self.length = length
        self.entry = entry
    }

    /// Whether bytes of a response may follow those that the client has had (RFC 9110 §15.3.7.3).
    func mayJoin(_ other: Fields, completeLength: Int64?) -> Bool {
        let mine = Validators(fields, completeLength: length, isDateOfBytes: false)
        return mine.hasStrongTag && mine.mayJoin(Validators(other, completeLength: completeLength), isSameOrigin: true)
    }
}

extension Exchange {
    /// Goes on with a hit that was on the short way: what is not out is given to `takeBack`.
    convenience init(_ hit: UnsentHit, on connection: ClientConnection) {
        let epoch = connection.loopState.store.epoch
        self.init(hit.request, epoch: epoch, on: connection, isLogged: false)
        let stored = Stored(hit.stored)
        note(stored)
        status = hit.status
        hasHead = true
        resuming.note(stored.fields, length: stored.bodyLength, entry: stored.entry)
        resuming.start = hit.stored.bodyOffset
        source = .volume(hit.stored.volume, offset: hit.stored.bodyOffset)
    }

    /// Takes back what was written and cannot be sent from its volume: from now on that is read.
    func takeBack(_ pieces: [Output.Piece]) {
        guard !isOver else { return }
        resuming.readsOnly = true
        resuming.wasTakenBack = true
        let start = resuming.start
        var former: [Segment] = []
        for piece in pieces {
            switch piece {
            case .bytes(let bytes):
                former.append(.bytes(bytes))
                bytesSent -= Int64(bytes.readableBytes)
            case .region(_, let region):
                former.append(.body(region.lowerBound - start..<region.upperBound - start))
                bytesSent -= Int64(region.count)
            }
        }
        segments = former + segments
        pump()
    }

    /// The volume does not give the body any more: asks the origin for the rest, or breaks off.
    func resumeUnreadable() {
        state.counters.add(.bodiesUnreadable)
        // A later request fetches it whole; the next volume may be well.
        if let entry = resuming.entry { state.store.forget(entry, key: key) }
        resumeFromOrigin()
    }

    /// Asks the origin for the bytes that the client has not had, or breaks off.
    func resumeFromOrigin() {
        guard let rest = resumable else { return breakOff() }
        askForRest(rest)
    }

    /// The disk is late with the next piece: asks the origin for the rest, where that may be joined and the budget allows it.
    ///
    /// - Returns: Whether it does.
    func resumeInstead() -> Bool {
        guard case .volume = source, let rest = resumable, state.proxy.origins.takeRetry() else { return false }
        waitsForDisk = false
        resuming.mayWait = true
        askForRest(rest)
        return true
    }

    /// The rest, where the origin may be asked for it; nil where it was once, or where no tag would tell its version.
    private var resumable: (range: Range<Int64>, tag: String)? {
        guard !resuming.wasTried, head.method == .get, let wanted, let tag = resuming.fields.first("ETag"),
            resuming.mayJoin(resuming.fields, completeLength: resuming.length)
        else { return nil }
        return (wanted, tag)
    }

    private func askForRest(_ rest: (range: Range<Int64>, tag: String)) {
        let (wanted, tag) = rest
        resuming.wasTried = true
        resuming.isUnderWay = true
        resuming.wanted = wanted
        leaveFill()
        isLeader = true
        let request = originRequest(isFill: true, validating: stored).changing { fields in
            fields.append(name: "Range", value: "bytes=\(wanted.lowerBound)-\(wanted.upperBound - 1)")
            fields.append(name: "If-Range", value: tag)
        }
        let fill = makeFill(.pass(.none), request, method: .get, tableKey: FillTable.Key(key))
        follow(fill)
        fill.start()
        connection.flushIfNeeded()
    }

    /// The offsets that the client has not had; nil where they are not known, or do not follow one another.
    private var wanted: Range<Int64>? {
        var wanted: Range<Int64>?
        for segment in segments {
            switch segment {
            case .bytes: break
            case .rest: return nil
            case .body(let range):
                guard range.lowerBound >= wanted?.upperBound ?? 0 else { return nil }
                wanted = (wanted?.lowerBound ?? range.lowerBound)..<range.upperBound
            }
        }
        return wanted.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Takes the rest from the origin, if it is of the version that the client has begun to get.
    func takeRest(of fill: Fill) {
        let head: FillHead
        switch fill.progress {
        case .waiting: return
        case .head(let found), .alone(let found): head = found
        case .notModified, .failed: return giveUpRest()
        }
        resuming.isUnderWay = false
        let wanted = resuming.wanted
        if head.status == 206, let part = head.part, part.range.lowerBound <= wanted.lowerBound,
            part.range.upperBound >= wanted.upperBound - 1,
            resuming.mayJoin(head.fields, completeLength: part.completeLength)
        {
            source = .fill(from: part.range.lowerBound)
        } else if head.status == 200, resuming.mayJoin(head.fields, completeLength: head.contentLength) {
            source = .fill(from: 0)
        } else {
            return giveUpRest()
        }
        state.counters.add(.bodiesResumed)
        // Whatever else fails, it is not this record.
        resuming.note(resuming.fields, length: resuming.length, entry: nil)
        pump()
        connection.flushIfNeeded()
    }
    /// The origin does not give the rest.
    private func giveUpRest() {
        guard resuming.mayWait else { return breakOff() }
        resuming.isUnderWay = false
        leaveFill()
        isLeader = false
        pump()
        connection.flushIfNeeded()
    }
}

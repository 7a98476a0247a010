// How an answer gets its head: from what is stored, from what an origin answers, or from larder itself.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store

extension Exchange {
    private var persistence: HeadWriter.Persistence {
        let isBodyRead = upload?.isComplete ?? (head.framing == .none)
        // What the client is told has to hold, even if the rest of its body should still arrive in time.
        if !isBodyRead { connection.makeLast() }
        return connection.persistence(after: head)
    }

    // MARK: From the store

    /// Answers with a stored response: whole, in part, or 304, as the request asks.
    ///
    /// - Parameters:
    ///   - stored: The response.
    ///   - outcome: How it came about.
    ///   - stale: Why it is served stale; Cache-Status tells it.
    ///   - refusal: Why it is not stored any more; Cache-Status tells it.
    ///   - forwardStatus: The status that the origin answered with, where it was asked first and did.
    func answer(
        with stored: Stored,
        outcome: LogRecord.Outcome,
        stale: StaleReason? = nil,
        refusal: Storability.Refusal? = nil,
        forwardStatus: Int? = nil
    ) {
        self.outcome = outcome
        count(outcome, stored)
        let now = SystemClock.now
        let ttl = stored.facts.timeToLive(at: now)
        var cacheStatus = CacheStatus.hit(timeToLive: ttl, detail: stale?.rawValue)
        if let forwardStatus {
            cacheStatus = CacheStatus(
                outcome: .forward(reason ?? .stale),
                forwardStatus: forwardStatus,
                isStored: outcome == .validated && refusal == nil,
                isCollapsed: !isLeader,
                timeToLive: refusal == nil ? ttl : nil,
                detail: stale?.rawValue ?? refusal?.rawValue ?? stored.facts.cookieDetail
            )
        }
        cacheStatus.key = shownKey
        // A part answers as the whole would: only what lies inside it is asked for here.
        let parts = Parts(
            status: stored.part == nil ? stored.status : 200,
            head: stored.head,
            fields: stored.fields,
            length: stored.part?.completeLength ?? stored.bodyLength,
            age: stored.facts.age(at: now),
            cacheStatus: cacheStatus
        )
        let start = stored.part?.range.lowerBound ?? 0
        resuming.note(stored.fields, length: parts.length, entry: stored.entry)
        switch stored.body {
        case .memory(let bytes): source = .memory(bytes, from: start)
        case .volume(let response): source = .volume(response.volume, offset: response.bodyOffset - start)
        }
        answer(parts)
    }

    private func count(_ outcome: LogRecord.Outcome, _ stored: Stored) {
        switch outcome {
        case .hit: state.counters.add(stored.isInMemory ? .hitsMemory : .hitsDisk)
        case .stale: state.counters.add(.hitsStale)
        default: break
        }
    }

    // MARK: From an origin

    /// Answers with what a fill or a pass brings.
    func answer(with fillHead: FillHead) {
        outcome = isPass ? .pass : isLeader ? .miss : .follower
        origin = fillHead.origin
        var cacheStatus = CacheStatus(
            outcome: .forward(reason ?? .uriMiss),
            forwardStatus: fillHead.forwardStatus,
            isStored: fillHead.isBeingStored,
            isCollapsed: !isLeader
        )
        cacheStatus.key = shownKey
        if case .storable(let facts) = fillHead.storability, !isPass || fillHead.isBeingStored {
            cacheStatus.timeToLive = facts.freshUntil - SystemClock.now
            if fillHead.isBeingStored { cacheStatus.detail = facts.cookieDetail }
        } else if case .refused(let refusal) = fillHead.storability, !isPass {
            cacheStatus.detail = refusal.rawValue
        }
        if !fillHead.isDefinitive { cacheStatus.detail = "not-authoritative" }
        let age = min(SystemClock.now - fillHead.bornAt, Self.longestAge)
        let part = isPass || !facts.isRange ? nil : fillHead.part
        let own = isLeader ? fillHead.own : nil
        let parts = Parts(
            status: part == nil ? fillHead.status : 200,
            head: own?.bytes ?? fillHead.bytes,
            fields: own?.fields ?? fillHead.fields,
            length: part?.completeLength ?? fillHead.contentLength,
            age: age > 0 ? age : nil,
            cacheStatus: cacheStatus
        )
        source = .fill(from: part?.range.lowerBound ?? 0)
        resuming.note(fillHead.fields, length: parts.length, entry: nil)
        if isPass { answerWhole(parts) } else { answer(parts) }
    }

    /// No Age is larger (RFC 9111 §1.2.2).
    private static let longestAge: Int64 = 1 << 31

    var isPass: Bool {
        if case .pass = fill?.purpose { return true }
        return false
    }

    /// The key where Cache-Status is to show it (RFC 9211 §2.7).
    private var shownKey: String? {
        state.settings.showsKey ? String(decoding: key, as: UTF8.self) : nil
    }

    // MARK: Whole, part, or not at all

    /// What an answer is made of, wherever it comes from.
    private struct Parts {
        let status: Int
        let head: ByteBuffer
        let fields: Fields
        let length: Int64?
        let age: Int64?
        let cacheStatus: CacheStatus
    }

    private func answer(_ parts: Parts) {
        guard facts.isConditional || facts.isRange else { return answerWhole(parts) }
        let etag = parts.fields.first("ETag")
        let modified = parts.fields.first("Last-Modified")
        let date = parts.fields.first("Date").flatMap { HTTPDate.parse($0) }
        if facts.isConditional {
            let outcome = Conditional.evaluate(
                method: head.method,
                request: fields,
                etag: etag,
                lastModified: modified,
                date: date,
                status: parts.status
            )
            if outcome == .notModified { return answerNotModified(parts) }
        }
        if facts.isRange, parts.status == 200, let length = parts.length, let range = fields.combined("Range"),
            Conditional.ifRangeAllows(request: fields, etag: etag, lastModified: modified, date: date)
        {
            switch ByteRanges.parse(range, length: length) {
            case .ignored: break
            case .unsatisfiable: return answerUnsatisfiable(parts, length)
            case .ranges(let ranges): if answerRanges(parts, ranges, length) { return }
            }
        }
        answerWhole(parts)
    }

    private func answerWhole(_ parts: Parts) {
        let hasNoBody = parts.status == 204 || parts.status == 304
        var framing = HeadWriter.Framing.none
        if !hasNoBody || parts.length != nil {
            framing =
                parts.length.map(HeadWriter.Framing.length) ?? (head.minorVersion == 0 ? .close : .chunked)
        }
        if hasNoBody, parts.status == 204 { framing = .none }
        // A HEAD tells the framing that a GET would have; of an unknown length there is nothing to tell.
        if head.method == .head, framing == .chunked { framing = .none }
        isChunked = framing == .chunked
        endsWithConnection = framing == .close
        if endsWithConnection { connection.makeLast() }
        writeHead(parts, framing)
        if head.method != .head, !hasNoBody {
            segments = [parts.length.map { .body(0..<$0) } ?? .rest(from: 0)]
        }
        pump()
    }

    private func writeHead(_ parts: Parts, _ framing: HeadWriter.Framing) {
        var bytes = ByteBufferAllocator().buffer(capacity: parts.head.readableBytes + HeadWriter.usualTail)
        bytes.writeImmutableBuffer(parts.head)
        begin(parts.status)
        HeadWriter.writeTail(
            into: &bytes,
            by: &state.scratch,
            framing: framing,
            age: parts.age,
            status: parts.cacheStatus,
            persistence: persistence
        )
        connection.write(bytes)
    }

    private func answerNotModified(_ parts: Parts) {
        state.counters.add(.notModified)
        var fields = StoredHead.notModifiedFields(from: parts.fields)
        // A cookie that is not kept is the leader's alone, whatever its condition comes to.
        if route.rules.setCookie != .keep {
            for cookie in parts.fields.all("Set-Cookie") { fields.append(name: "Set-Cookie", value: cookie) }
        }
        var bytes = ByteBuffer(head: 304, fields: fields)
        begin(304)
        HeadWriter.writeTail(
            into: &bytes,
            by: &state.scratch,
            framing: .none,
            age: parts.age,
            status: parts.cacheStatus,
            persistence: persistence
        )
        connection.write(bytes)
        finish()
    }

    private func answerUnsatisfiable(_ parts: Parts, _ length: Int64) {
        let text = "The range lies outside the \(length) bytes there are."
        begin(416)
        let more = Fields([("Content-Range", ContentRange(range: nil, completeLength: length).value)])
        connection.write(
            OwnResponse.bytes(416, text, more: more, cacheStatus: parts.cacheStatus, persistence: persistence)
        )
        finish()
    }

    /// Answers 206; false where the body is still on its way and several ranges of it are asked for.
    private func answerRanges(_ parts: Parts, _ ranges: [ClosedRange<Int64>], _ length: Int64) -> Bool {
        var fields = parts.fields
        let more: Int64
        if ranges.count == 1, let only = ranges.first {
            fields.set("Content-Range", ContentRange(range: only, completeLength: length).value)
            segments = [.body(only.lowerBound..<only.upperBound + 1)]
            more = Int64(only.count)
        } else {
            if case .fill = source { return false }
            let boundary = "larder" + String(UInt64.random(in: .min ... .max), radix: 36)
            let frame = MultipartRanges(
                ranges: ranges,
                contentType: fields.first("Content-Type"),
                completeLength: length,
                boundary: boundary
            )
            fields.set("Content-Type", frame.responseContentType)
            segments = ranges.enumerated().flatMap { index, range -> [Segment] in
                [.bytes(ByteBuffer(bytes: frame.partHead(index))), .body(range.lowerBound..<range.upperBound + 1)]
            }
            segments.append(.bytes(ByteBuffer(bytes: frame.end)))
            more = frame.length
        }
        var bytes = ByteBuffer(head: 206, fields: fields)
        begin(206)
        HeadWriter.writeTail(
            into: &bytes,
            by: &state.scratch,
            framing: .length(more),
            age: parts.age,
            status: parts.cacheStatus,
            persistence: persistence
        )
        connection.write(bytes)
        if head.method == .head { segments = [] }
        pump()
        return true
    }

    // MARK: Of larder's own

    /// Answers with a text of larder's own.
    func answerOwn(_ status: Int, _ text: String, _ detail: String?, more: Fields = Fields()) {
        leaveFill()
        begin(status)
        if status >= 500 { outcome = .error }
        var cacheStatus = CacheStatus(
            outcome: reason.map(CacheStatus.Outcome.forward) ?? .none,
            isCollapsed: !isLeader && reason != nil,
            detail: detail
        )
        cacheStatus.key = shownKey
        connection.write(
            OwnResponse.bytes(
                status,
                text,
                more: more,
                cacheStatus: cacheStatus,
                persistence: persistence,
                hasBody: head.method != .head
            )
        )
        finish()
    }

    /// Answers 200 with bytes of larder's own.
    func answerBytes(_ fields: Fields, _ body: ByteBuffer) {
        begin(200)
        var bytes = ByteBuffer(head: 200, fields: fields)
        HeadWriter.writeTail(
            into: &bytes,
            by: &state.scratch,
            framing: .length(Int64(body.readableBytes)),
            age: nil,
            status: nil,
            persistence: persistence
        )
        bytes.writeImmutableBuffer(body)
        connection.write(bytes)
        finish()
    }

    /// No origin could answer: stale where that is allowed, else 502, 503 or 504 with the reason (RFC 9209).
    func answerFailure(_ error: OriginError) {
        if instead == .underWay { return goBackToDisk() }
        if let stored, mayServeStale(stored) {
            leaveFill()
            return answer(with: stored, outcome: .stale, stale: .staleIfError)
        }
        state.counters.add(.originErrors)
        let (status, word) = error.kind.answer
        var more = Fields([("Proxy-Status", OwnResponse.proxyStatus(word))])
        if status >= 500 {
            more.append(name: "Retry-After", value: String(error.retryAfter.map { max(1, $0.wholeSeconds + 1) } ?? 1))
        }
        answerOwn(status, "No origin could answer: \(error.kind.rawValue).", error.kind.rawValue, more: more)
    }

    private func begin(_ status: Int) {
        self.status = status
        hasHead = true
    }
}

extension OriginError.Kind {
    /// The status for the client, and the error type of RFC 9209 §2.3.
    fileprivate var answer: (status: Int, word: String) {
        switch self {
        case .connectionRefused: (502, "connection_refused")
        case .unreachable: (502, "destination_ip_unroutable")
        case .dnsFailure: (502, "dns_error")
        case .tlsFailure: (502, "tls_protocol_error")
        case .connectTimeout: (504, "connection_timeout")
        case .firstByteTimeout: (504, "http_response_timeout")
        case .stalled, .heldUp: (504, "connection_read_timeout")
        case .reset: (502, "connection_terminated")
        case .truncated: (502, "http_response_incomplete")
        case .malformed: (502, "http_protocol_error")
        case .tooLarge: (502, "http_response_header_section_size")
        case .overloaded: (503, "destination_unavailable")
        case .queueFull, .queueTimeout: (503, "connection_limit_reached")
        case .badRequest, .requestBody: (400, "http_request_error")
        case .denied: (502, "proxy_configuration_error")
        case .redirect: (502, "http_protocol_error")
        case .fileSystem: (502, "destination_unavailable")
        case .unreadable: (403, "http_request_denied")
        case .cancelled, .badURL, .resources: (502, "proxy_internal_error")
        }
    }
}

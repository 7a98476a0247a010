// Value. A response in the form for the client: the bytes of its head, and the part of its body that follows. The only
// place in which the long way writes heads. Pure.

import HTTPCaching
import HTTPMessage
import NIOCore

/// Noncopyable, because its parts are.
struct PreparedResponse: ~Copyable {
    let status: Int
    let shape: ResponseShape
    /// Status line, fields and the empty line; for a 416 also the text.
    let head: ByteBuffer
    var body = BodyPlan()
    /// The body is sent in chunks.
    var isChunked = false
    /// The connection ends with the body: a body that is cut short must end in a reset.
    var endsWithConnection = false

    /// Prepares the response to `request`.
    /// - Parameters:
    ///   - parts: The response.
    ///   - request: The request.
    ///   - persistence: How the connection continues.
    ///   - scratch: Scratch space for the head's tail.
    init(
        _ parts: borrowing ResponseParts,
        for request: ClientRequest,
        _ persistence: HeadWriter.Persistence,
        scratch: inout [UInt8]
    ) {
        shape = parts.isShaped ? parts.shape(for: request) : .whole
        var framing = HeadWriter.Framing.none
        var head: ByteBuffer
        switch shape {
        case .whole:
            framing = Self.framing(parts, request.head)
            status = parts.status
            isChunked = framing == .chunked
            endsWithConnection = framing == .close
            head = ByteBufferAllocator().buffer(capacity: parts.head.readableBytes + HeadWriter.usualTail)
            head.writeImmutableBuffer(parts.head)
            if !parts.hasNoBody { body = BodyPlan([parts.length.map { .body(0..<$0) } ?? .rest(from: 0)]) }
        case .notModified:
            status = 304
            head = ByteBuffer(head: 304, fields: Self.notModifiedFields(parts, request.route.rules.setCookie))
        case .part(let range):
            status = 206
            var fields = parts.fields
            let value = ContentRange(range: range.lowerBound...range.upperBound - 1, completeLength: parts.length).value
            fields.set("Content-Range", value)
            head = ByteBuffer(head: 206, fields: fields)
            framing = .length(Int64(range.count))
            body = BodyPlan([.body(range)])
        case .parts(let ranges):
            status = 206
            let multipart = Self.multipart(ranges, parts)
            head = ByteBuffer(head: 206, fields: multipart.fields)
            framing = .length(multipart.length)
            body = multipart.body
        case .unsatisfiable(let length):
            status = 416
            let more = Fields([("Content-Range", ContentRange(range: nil, completeLength: length).value)])
            self.head = OwnResponse.bytes(
                416,
                "The range lies outside the \(length) bytes there are.",
                more: more,
                cacheStatus: parts.cacheStatus,
                persistence: persistence,
                at: parts.now
            )
            return
        }
        if request.head.method == .head { body = BodyPlan() }
        HeadWriter.writeTail(
            into: &head,
            by: &scratch,
            framing: framing,
            age: parts.age,
            status: parts.cacheStatus,
            persistence: persistence
        )
        self.head = head
    }

    /// How the client finds the end of a whole body (RFC 9112 §6.3).
    private static func framing(_ parts: borrowing ResponseParts, _ request: RequestHead) -> HeadWriter.Framing {
        if parts.status == 204 { return .none }
        if let length = parts.length { return .length(length) }
        if parts.hasNoBody { return .none }
        if request.minorVersion == 0 { return .close }
        // A HEAD's response has the framing of a GET's; an unknown length has none to send.
        return request.method == .head ? .none : .chunked
    }

    private static func notModifiedFields(_ parts: borrowing ResponseParts, _ rule: SetCookieRule) -> Fields {
        var fields = StoredHead.notModifiedFields(from: parts.fields)
        // Only the leader gets a cookie that is not kept, whatever the result of its conditions.
        if rule != .keep {
            for cookie in parts.fields.all("Set-Cookie") { fields.append(name: "Set-Cookie", value: cookie) }
        }
        return fields
    }

    private static func multipart(
        _ ranges: [ClosedRange<Int64>],
        _ parts: borrowing ResponseParts
    ) -> (fields: Fields, length: Int64, body: BodyPlan) {
        var fields = parts.fields
        let frame = MultipartRanges(
            ranges: ranges,
            contentType: fields.first("Content-Type"),
            completeLength: parts.length ?? 0,
            boundary: "larder" + String(UInt64.random(in: .min ... .max), radix: 36)
        )
        fields.set("Content-Type", frame.responseContentType)
        var segments = ranges.enumerated().flatMap { index, range -> [BodyPlan.Segment] in
            [.bytes(ByteBuffer(bytes: frame.partHead(index))), .body(range.lowerBound..<range.upperBound + 1)]
        }
        segments.append(.bytes(ByteBuffer(bytes: frame.end)))
        return (fields, frame.length, BodyPlan(segments))
    }
}

extension ResponseParts {
    /// 204 and 304 have no body (RFC 9110 §6.4.1).
    fileprivate var hasNoBody: Bool { status == 204 || status == 304 }

    fileprivate func shape(for request: ClientRequest) -> ResponseShape {
        let isComplete = if case .fill = source { false } else { true }
        return ResponseShape.decide(
            request.facts,
            request.fields,
            status: status,
            response: fields,
            length: length,
            isComplete: isComplete
        )
    }
}

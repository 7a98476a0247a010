// Value. The access log's record of one request.

import HTTPMessage
import NIOCore
import Runtime
import Settings

struct LogRecord {
    /// The outcome of the request, in the words of the counters.
    enum Outcome: String {
        case hit
        case stale
        case miss
        case follower
        case validated
        case pass
        case error
        case none = "-"
    }

    private let head: RequestHead
    private let received: ByteBuffer
    private let peer: String
    private let began: Instant?

    /// Keeps the data of the line.
    ///
    /// No allocation; the bytes are shared with the connection.
    init(_ head: RequestHead, _ received: ByteBuffer, peer: String, began: Instant?) {
        self.head = head
        self.received = received
        self.peer = peer
        self.began = began
    }

    /// Appends the line to the loop's buffer.
    func write(to state: LoopState, status: Int, bytes: Int64, cacheStatus: Outcome, origin: Int?) {
        guard let log = state.log else { return }
        log.append { line, date in
            switch log.format {
            case .combined: writeCombined(into: &line, date, status, bytes)
            case .json: writeJSON(into: &line, date, status, bytes, cacheStatus, origin)
            }
        }
    }

    /// The form of Apache and nginx.
    private func writeCombined(into line: inout [UInt8], _ date: [UInt8], _ status: Int, _ bytes: Int64) {
        let span = received.readableBytesSpan
        line.append(text: peer)
        line.append(literal: " - - [")
        line.append(contentsOf: date)
        line.append(literal: "] \"")
        span.appendEscaped(head.methodRange, to: &line)
        line.append(literal: " ")
        span.appendEscaped(head.target, to: &line)
        line.append(literal: " HTTP/1.")
        Decimal.write(UInt64(head.minorVersion), into: &line)
        line.append(literal: "\" ")
        Decimal.write(Int64(status), into: &line)
        line.append(literal: " ")
        Decimal.write(bytes, into: &line)
        for name in ["referer", "user-agent"] as [StaticString] {
            line.append(literal: " \"")
            if let value = FieldLine.first(name, in: span, head.fieldsRange) {
                span.appendEscaped(value, to: &line)
            } else {
                line.append(literal: "-")
            }
            line.append(literal: "\"")
        }
        line.append(literal: "\n")
    }

    private func writeJSON(
        into line: inout [UInt8],
        _ date: [UInt8],
        _ status: Int,
        _ bytes: Int64,
        _ cacheStatus: Outcome,
        _ origin: Int?
    ) {
        let span = received.readableBytesSpan
        line.append(literal: "{\"time\":\"")
        line.append(contentsOf: date)
        line.append(literal: "\",\"client\":\"")
        line.append(text: peer)
        line.append(literal: "\",\"method\":")
        span.appendJSON(head.methodRange, to: &line)
        line.append(literal: ",\"target\":")
        span.appendJSON(head.target, to: &line)
        line.append(literal: ",\"host\":")
        span.appendJSON(head.host, to: &line)
        line.append(literal: ",\"version\":\"1.")
        Decimal.write(UInt64(head.minorVersion), into: &line)
        line.append(literal: "\",\"status\":")
        Decimal.write(Int64(status), into: &line)
        line.append(literal: ",\"bytes\":")
        Decimal.write(bytes, into: &line)
        line.append(literal: ",\"seconds\":")
        writeSeconds(into: &line)
        line.append(literal: ",\"cache\":\"")
        line.append(text: cacheStatus.rawValue)
        line.append(literal: "\",\"origin\":")
        if let origin { Decimal.write(Int64(origin), into: &line) } else { line.append(literal: "null") }
        line.append(literal: ",\"referer\":")
        span.appendJSON(FieldLine.first("referer", in: span, head.fieldsRange), to: &line)
        line.append(literal: ",\"user_agent\":")
        span.appendJSON(FieldLine.first("user-agent", in: span, head.fieldsRange), to: &line)
        line.append(literal: "}\n")
    }

    private func writeSeconds(into line: inout [UInt8]) {
        let thousandths = began.map { Instant.now.nanoseconds(since: $0) / 1_000_000 } ?? 0
        Decimal.write(thousandths / 1000, into: &line)
        line.append(literal: ".")
        for unit in [100, 10, 1] as [Int64] { Decimal.write(thousandths / unit % 10, into: &line) }
    }
}

extension RawSpan {
    /// Appends bytes as Apache writes them: bytes that would break a line or a quoted field are escaped.
    fileprivate func appendEscaped(_ range: Range<Int>, to line: inout [UInt8]) {
        guard !isPlainText(range) else { return append(range, to: &line) }
        for offset in range {
            let byte = byte(at: offset)
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case 0x20..<0x7F: line.append(byte)
            default:
                line.append(literal: "\\x")
                ASCII.appendHex(byte, to: &line)
            }
        }
    }

    /// Appends bytes as a string of JSON, each a scalar U+0000…U+00FF; null if there are none.
    fileprivate func appendJSON(_ range: Range<Int>?, to line: inout [UInt8]) {
        guard let range else { return line.append(literal: "null") }
        line.append(literal: "\"")
        if isPlainText(range) { append(range, to: &line) } else { appendJSONSlowly(range, to: &line) }
        line.append(literal: "\"")
    }

    private func appendJSONSlowly(_ range: Range<Int>, to line: inout [UInt8]) {
        for offset in range {
            let byte = byte(at: offset)
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F:
                line.append(literal: "\\u00")
                ASCII.appendHex(byte, to: &line)
            case 0x80...: line += [0xC0 | byte >> 6, 0x80 | byte & 0x3F]
            default: line.append(byte)
            }
        }
    }
}

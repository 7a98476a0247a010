// A value. What the access log tells of one request.

import Glibc
import HTTPMessage
import NIOCore
import Settings

struct LogRecord {
    /// How the request was answered, in the words of the counters.
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
    private let began: NIODeadline?

    /// Keeps what the line is made from.
    ///
    /// No allocation; the bytes are shared with the connection.
    init(_ head: RequestHead, _ received: ByteBuffer, peer: String, began: NIODeadline?) {
        self.head = head
        self.received = received
        self.peer = peer
        self.began = began
    }

    /// Appends the line to the loop's buffer.
    func write(to state: LoopState, status: Int, bytes: Int64, cacheStatus: Outcome, origin: Int?) {
        guard let log = state.log else { return }
        let span = received.readableBytesSpan
        let fields = head.fields(in: span)
        let method = head.text(head.methodRange, in: span)
        let target = head.text(head.target, in: span)
        let line =
            switch log.format {
            case .combined:
                "\(peer) - - [\(Self.date())] \"\(Self.escaped(method)) \(Self.escaped(target)) "
                    + "HTTP/1.\(head.minorVersion)\" \(status) \(bytes) \"\(Self.escaped(fields.first("Referer") ?? "-"))\" "
                    + "\"\(Self.escaped(fields.first("User-Agent") ?? "-"))\"\n"
            case .json:
                "{\"time\":\"\(Self.isoDate())\",\"client\":\"\(peer)\",\"method\":\"\(Self.json(method))\","
                    + "\"target\":\"\(Self.json(target))\",\"host\":\"\(Self.json(head.text(head.host, in: span)))\","
                    + "\"version\":\"1.\(head.minorVersion)\",\"status\":\(status),\"bytes\":\(bytes),"
                    + "\"seconds\":\(seconds),\"cache\":\"\(cacheStatus.rawValue)\","
                    + "\"origin\":\(origin.map(String.init) ?? "null"),"
                    + "\"referer\":\(Self.optional(fields.first("Referer"))),"
                    + "\"user_agent\":\(Self.optional(fields.first("User-Agent")))}\n"
            }
        log.append(line)
    }

    private var seconds: String {
        guard let began else { return "0.000" }
        let thousandths = (NIODeadline.now() - began).nanoseconds / 1_000_000
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    private static func optional(_ value: String?) -> String { value.map { "\"\(json($0))\"" } ?? "null" }

    /// Bytes that would break a line or a quoted field, as Apache writes them.
    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c || $0 >= 0x7f }) else { return text }
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x22: result += "\\\""
            case 0x5c: result += "\\\\"
            case 0x20..<0x7f: result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" + digits : digits)
            }
        }
    }

    private static func json(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c || $0 == 0x7f }) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar.value {
            case 0x22: result += "\\\""
            case 0x5c: result += "\\\\"
            case 0..<0x20, 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func date() -> String { formatted("%d/%b/%Y:%H:%M:%S +0000") }
    private static func isoDate() -> String { formatted("%Y-%m-%dT%H:%M:%SZ") }

    private static func formatted(_ format: String) -> String {
        var now = time(nil)
        // because both structs are ours, and strftime writes at most the capacity it is told
        var parts = unsafe tm()
        unsafe gmtime_r(&now, &parts)
        return unsafe String(unsafeUninitializedCapacity: 64) { room in
            unsafe room.withMemoryRebound(to: CChar.self) { characters in
                guard let base = characters.baseAddress else { return 0 }
                return unsafe strftime(base, 64, format, &parts)
            }
        }
    }
}

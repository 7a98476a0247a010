// Value. Buffered reading from a socket: lines, counts, chunks. Owned by one connection's reader. Lenient on purpose:
// it reports what came, so that tests can judge it.

import Glibc

struct ByteReader: Sendable {
    /// A body as it came: its bytes, the trailer fields after it, and whether its end was seen.
    struct Body {
        var bytes: [UInt8] = []
        var trailers: [(String, String)] = []
        var isComplete = true
    }

    let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private(set) var isAtEnd = false
    /// Whether the stream ended in a reset in place of a regular close.
    private(set) var wasReset = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    private var count: Int { buffer.count - start }

    /// Receives more bytes into the buffer.
    /// - Returns: False at the end of the stream.
    private mutating func fill() throws -> Bool {
        if isAtEnd { return false }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        }
        do {
            let piece = try Socket.receive(descriptor, atMost: 65_536)
            isAtEnd = piece.isEmpty
            buffer += piece
        } catch let error as TestError where [ECONNRESET, EPIPE, EBADF].contains(error.errorNumber) {
            isAtEnd = true
            wasReset = error.errorNumber == ECONNRESET
        }
        return !isAtEnd
    }

    /// The next line without its CRLF or LF, or nil when the stream ends before its LF.
    mutating func line() throws -> String? {
        var searched = 0
        while true {
            if let newline = buffer[(start + searched)...].firstIndex(of: 0x0a) {
                var line = buffer[start..<newline]
                start = newline + 1
                if line.last == 0x0d { line.removeLast() }
                return String(decoding: line, as: UTF8.self)
            }
            searched = count
            if try !fill() { return nil }
        }
    }

    /// Fields up to the empty line, or nil when the stream ends before it.
    mutating func fields() throws -> [(String, String)]? {
        var fields: [(String, String)] = []
        while let line = try line() {
            if line.isEmpty { return fields }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            fields.append((String(parts[0]), parts.count > 1 ? trimmed(parts[1]) : ""))
        }
        return nil
    }

    /// Up to the given number of bytes: fewer only where the stream ends.
    mutating func bytes(_ wanted: Int) throws -> [UInt8] {
        var taken: [UInt8] = []
        while taken.count < wanted {
            if try count == 0 && !fill() { break }
            let piece = min(count, wanted - taken.count)
            taken += buffer[start..<start + piece]
            start += piece
        }
        return taken
    }

    /// Everything up to the end of the stream.
    mutating func untilEnd() throws -> [UInt8] { try bytes(.max) }

    /// A body of a known length.
    mutating func body(length: Int) throws -> Body {
        let bytes = try bytes(length)
        return Body(bytes: bytes, isComplete: bytes.count == length)
    }

    /// A chunked body (RFC 9112 §7.1); incomplete where the stream ends or the framing is broken.
    mutating func chunkedBody() throws -> Body {
        var body = Body(isComplete: false)
        while let line = try line() {
            let digits = line.prefix { $0 != ";" && $0 != " " }
            guard let size = Int(digits, radix: 16), size >= 0 else { return body }
            if size == 0 {
                guard let trailers = try fields() else { return body }
                body.trailers = trailers
                body.isComplete = true
                return body
            }
            let piece = try bytes(size)
            body.bytes += piece
            guard piece.count == size, try self.line() == "" else { return body }
        }
        return body
    }
}

/// Without the spaces and tabs around it.
func trimmed(_ text: some StringProtocol) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let head = text.drop(while: isBlank)
    return String(head.reversed().drop(while: isBlank).reversed())
}

/// The values of a field, in order; names are compared without regard to case.
func values(of name: String, in fields: [(String, String)]) -> [String] {
    let name = name.lowercased()
    return fields.filter { $0.0.lowercased() == name }.map(\.1)
}

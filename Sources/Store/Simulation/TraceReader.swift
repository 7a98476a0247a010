// Value. Reads the requests of a trace from its bytes, as they arrive: `time,key,size` lines, or an access log.

import HTTPMessage

/// Reads a trace a piece at a time.
public struct TraceReader {
    /// The format of a file.
    public enum Format: Sendable {
        /// `time,key,size`; a key may have commas.
        case table
        /// An access log: larder's JSON lines, or the combined format of nginx and Apache.
        case accessLog
    }

    /// The largest plausible size.
    private static let largestSize: Int64 = 1 << 40

    private let format: Format
    private var reader = LineReader()
    /// Requests found so far.
    public private(set) var requests = 0
    /// Lines without a request that counts: in a log, all but whole responses (200) to GET.
    public private(set) var leftOut = 0

    /// Lines read so far.
    public var lines: Int { reader.lines }

    /// Begins to read.
    public init(_ format: Format) { self.format = format }

    /// Takes the next bytes of the trace.
    /// - Returns: The requests of the lines that they complete.
    public mutating func read(_ bytes: [UInt8]) throws(TraceError) -> [TraceRequest] {
        var found: [TraceRequest] = []
        found.reserveCapacity(bytes.count / 20)
        let format = format
        var leftOut = 0
        try reader.read(bytes) { (line) throws(TraceError) in
            try Self.request(line, format, &leftOut).map { found.append($0) }
        }
        self.leftOut += leftOut
        requests += found.count
        return found
    }

    /// The trace ends here: its last line may have no line break.
    public mutating func finish() throws(TraceError) -> [TraceRequest] {
        var found: [TraceRequest] = []
        let format = format
        var leftOut = 0
        try reader.finish { (line) throws(TraceError) in
            try Self.request(line, format, &leftOut).map { found.append($0) }
        }
        self.leftOut += leftOut
        requests += found.count
        return found
    }

    private static func request(
        _ line: LineReader.Line,
        _ format: Format,
        _ leftOut: inout Int
    ) throws(TraceError) -> TraceRequest? {
        guard !line.isTooLong else {
            throw TraceError(
                line: line.number,
                message: "longer than \(LineReader.longestLine >> 10) KiB; is this a text file?"
            )
        }
        guard !line.bytes.isEmpty else { return nil }
        switch format {
        case .table: return try tableRequest(line)
        case .accessLog:
            guard let found = LogLine(line.bytes), found.isWholeAnswer, found.length <= largestSize else {
                leftOut += 1
                return nil
            }
            return request(line.bytes[found.target], found.length)
        }
    }

    private static func request(_ key: ArraySlice<UInt8>, _ length: Int64) -> TraceRequest {
        // because any byte is defined as raw memory
        unsafe TraceRequest(key: key.span.bytes, length: length)
    }

    private static func tableRequest(_ line: LineReader.Line) throws(TraceError) -> TraceRequest? {
        let comma = UInt8(ascii: ",")
        let bytes = line.bytes
        guard let first = bytes.firstIndex(of: comma), let last = bytes.lastIndex(of: comma), first < last
        else { throw mistake("is not time,key,size", line) }
        guard isNumber(bytes[..<first]) else {
            // A heading is no request.
            if line.number == 1, !isNumber(bytes[(last + 1)...]) { return nil }
            throw mistake("has a time that is not a number", line)
        }
        guard first + 1 < last else { throw mistake("has no key", line) }
        guard let length = size(bytes[(last + 1)...]) else {
            throw mistake("has a size that is not a number of bytes from 0 to 2^40", line)
        }
        return request(bytes[(first + 1)..<last], length)
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }
    }

    private static func size(_ text: ArraySlice<UInt8>) -> Int64? {
        guard !text.isEmpty, text.count <= 13 else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard ASCII.isDigit(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value <= largestSize ? value : nil
    }

    private static func mistake(_ message: String, _ line: LineReader.Line) -> TraceError {
        let text = String(
            decoding: line.bytes.prefix(60).map { (0x20..<0x7f).contains($0) ? $0 : 0x3f },
            as: UTF8.self
        )
        return TraceError(
            line: line.number,
            message: "\"\(text)\" \(message); expected 1700000000,/pictures/a.jpg,25000"
        )
    }
}

// A value. The requests of a trace, from its bytes as they come: `time,key,size` lines, or an access log.

/// Reads a trace a piece at a time.
public struct TraceReader {
    /// How requests stand in a file.
    public enum Format: Sendable {
        /// `time,key,size`; a key may have commas.
        case table
        /// An access log: larder's JSON lines, or the combined format of nginx and Apache.
        case accessLog
    }

    /// No line is longer: memory is bounded whatever the file is.
    private static let longestLine = 64 << 10
    /// The largest size that is believed.
    private static let largestSize: Int64 = 1 << 40

    private let format: Format
    /// The beginning of a line whose end has not come yet.
    private var rest: [UInt8] = []
    /// Lines read so far.
    public private(set) var lines = 0
    /// Requests found so far.
    public private(set) var requests = 0
    /// Lines that tell of no request that counts: of a log all but whole answers (200) to GET.
    public private(set) var leftOut = 0

    /// Begins to read.
    public init(_ format: Format) { self.format = format }

    /// Takes the next bytes of the trace.
    /// - Returns: The requests of the lines that they complete.
    public mutating func read(_ bytes: [UInt8]) throws(TraceError) -> [TraceRequest] {
        var found: [TraceRequest] = []
        found.reserveCapacity(bytes.count / 20)
        var start = bytes.startIndex
        if !rest.isEmpty {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
                try keep(bytes[...])
                return []
            }
            let line = rest + bytes[..<end]
            rest = []
            if let request = try request(line, line.startIndex..<line.endIndex) { found.append(request) }
            start = end + 1
        }
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let request = try request(bytes, start..<end) { found.append(request) }
            start = end + 1
        }
        try keep(bytes[start...])
        requests += found.count
        return found
    }

    /// The trace ends here: its last line may have no line break.
    public mutating func finish() throws(TraceError) -> [TraceRequest] {
        let line = rest
        rest = []
        guard !line.isEmpty, let request = try request(line, line.startIndex..<line.endIndex) else { return [] }
        requests += 1
        return [request]
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) throws(TraceError) {
        rest += bytes
        guard rest.count <= Self.longestLine else {
            throw TraceError(line: lines + 1, message: "longer than 64 KiB; is this a text file?")
        }
    }

    private mutating func request(_ bytes: [UInt8], _ range: Range<Int>) throws(TraceError) -> TraceRequest? {
        lines += 1
        var range = range
        if let last = range.last, bytes[last] == UInt8(ascii: "\r") { range = range.lowerBound..<last }
        guard !range.isEmpty else { return nil }
        switch format {
        case .table: return try tableRequest(bytes, range)
        case .accessLog:
            guard let line = LogLine(bytes[range]), line.isWholeAnswer, line.length <= Self.largestSize else {
                leftOut += 1
                return nil
            }
            // because any byte is defined as raw memory
            return unsafe TraceRequest(key: bytes.span.bytes.extracting(line.target), length: line.length)
        }
    }

    private func tableRequest(_ bytes: [UInt8], _ range: Range<Int>) throws(TraceError) -> TraceRequest? {
        let comma = UInt8(ascii: ",")
        guard let first = bytes[range].firstIndex(of: comma), let last = bytes[range].lastIndex(of: comma), first < last
        else { throw mistake("is not time,key,size", bytes, range) }
        guard isNumber(bytes[range.lowerBound..<first]) else {
            // A heading is no request.
            if lines == 1, !isNumber(bytes[(last + 1)..<range.upperBound]) { return nil }
            throw mistake("has a time that is no number", bytes, range)
        }
        guard first + 1 < last else { throw mistake("has no key", bytes, range) }
        guard let length = size(bytes[(last + 1)..<range.upperBound]) else {
            throw mistake("has a size that is not a number of bytes from 0 to 2^40", bytes, range)
        }
        // because any byte is defined as raw memory
        return unsafe TraceRequest(key: bytes.span.bytes.extracting((first + 1)..<last), length: length)
    }

    private func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }

    private func size(_ text: ArraySlice<UInt8>) -> Int64? {
        guard !text.isEmpty, text.count <= 13 else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value <= Self.largestSize ? value : nil
    }

    private func mistake(_ message: String, _ bytes: [UInt8], _ range: Range<Int>) -> TraceError {
        let text = String(
            decoding: bytes[range].prefix(60).map { (0x20..<0x7f).contains($0) ? $0 : 0x3f },
            as: UTF8.self
        )
        return TraceError(line: lines, message: "\"\(text)\" \(message); expected 1700000000,/pictures/a.jpg,25000")
    }
}

// Value. The request in a line of an access log, in larder's JSON or in the combined format. Pure.

import HTTPMessage

struct LogLine {
    private static let method = Array("\"method\":\"".utf8)
    private static let target = Array("\"target\":\"".utf8)
    private static let status = Array("\"status\":".utf8)
    private static let bytes = Array("\"bytes\":".utf8)
    private static let quote = UInt8(ascii: "\"")
    private static let space = UInt8(ascii: " ")

    private let isGET: Bool
    private let answer: Int64
    /// The place of the request's target, with its escapes.
    let target: Range<Int>
    /// Bytes of the response's body.
    let length: Int64

    /// Only such responses show the size of a picture.
    var isWholeAnswer: Bool { isGET && answer == 200 }

    init?(_ line: ArraySlice<UInt8>) {
        let found = line.first == UInt8(ascii: "{") ? Self.json(line) : Self.combined(line)
        guard let found, !found.target.isEmpty else { return nil }
        self = found
    }

    private init(method: ArraySlice<UInt8>, target: Range<Int>, answer: Int64, length: Int64) {
        isGET = method.elementsEqual("GET".utf8)
        self.target = target
        self.answer = answer
        self.length = length
    }

    // Quotes in values are escaped, so a name between quotes is not part of a value.
    private static func json(_ line: ArraySlice<UInt8>) -> LogLine? {
        guard let method = after(Self.method, in: line).flatMap(text),
            let target = after(Self.target, in: line).flatMap(text),
            let status = after(Self.status, in: line).flatMap(number),
            let bytes = after(Self.bytes, in: line).flatMap(number)
        else { return nil }
        return LogLine(
            method: method,
            target: target.startIndex..<target.endIndex,
            answer: status.value,
            length: bytes.value
        )
    }

    // HOST - USER [DATE] "METHOD TARGET HTTP/1.1" STATUS BYTES "REFERER" "AGENT"
    private static func combined(_ line: ArraySlice<UInt8>) -> LogLine? {
        guard let open = line.firstIndex(of: quote) else { return nil }
        guard let request = text(line[(open + 1)...]) else { return nil }
        let words = request.split(separator: space, omittingEmptySubsequences: false)
        guard words.count == 3, let status = number(line[request.endIndex...].dropFirst(2)),
            let bytes = number(status.rest.dropFirst())
        else { return nil }
        return LogLine(
            method: words[0],
            target: words[1].startIndex..<words[1].endIndex,
            answer: status.value,
            length: bytes.value
        )
    }

    /// The rest of the line after the first occurrence of a text.
    private static func after(_ name: [UInt8], in line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = line
        while let at = rest.firstIndex(of: quote) {
            rest = rest[at...]
            if rest.starts(with: name) { return rest.dropFirst(name.count) }
            rest = rest.dropFirst()
        }
        return nil
    }

    /// Up to the next quote that is not escaped.
    private static func text(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var index = line.startIndex
        while index < line.endIndex {
            if line[index] == UInt8(ascii: "\\") {
                index += 2
            } else if line[index] == quote {
                return line[..<index]
            } else {
                index += 1
            }
        }
        return nil
    }

    private static func number(_ line: ArraySlice<UInt8>) -> (value: Int64, rest: ArraySlice<UInt8>)? {
        let digits = line.prefix { ASCII.isDigit($0) }
        guard (1...15).contains(digits.count) else { return nil }
        let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
        return (value, line[digits.endIndex...])
    }
}

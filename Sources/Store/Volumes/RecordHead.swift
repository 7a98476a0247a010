// A value. The head of a stored response, as it stands in its record: status line and field lines.

public import HTTPMessage
public import NIOCore

extension Fields {
    /// Reads the field lines of a stored head; lines that are none are left out.
    ///
    /// O(head).
    public init(recordHead head: ByteBuffer) {
        self.init()
        var rest = head
        _ = rest.readLine()
        while let line = rest.readLine() {
            if let parsed = Fields.parse(line: line.readableBytesSpan) {
                append(name: parsed.name, value: parsed.value)
            }
        }
    }
}

extension ByteBuffer {
    /// The bytes up to the next CR LF, which is skipped; nil where there is none.
    fileprivate mutating func readLine() -> ByteBuffer? {
        guard let end = readableBytesView.firstIndex(of: UInt8(ascii: "\n")), end > readerIndex else { return nil }
        let line = readSlice(length: end - readerIndex - 1)
        moveReaderIndex(forwardBy: 2)
        return line
    }
}

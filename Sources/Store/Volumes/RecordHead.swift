// A value. The head of a stored response, as it stands in its record: status line and field lines.

public import HTTPMessage
public import NIOCore

extension Fields {
    /// Reads the field lines of a stored head.
    ///
    /// O(head).
    public init(recordHead head: ByteBuffer) {
        self.init()
        let span = head.readableBytesSpan
        let statusLine = min(span.firstIndex(of: 0x0A, in: 0..<span.byteCount) + 1, span.byteCount)
        reserveCapacity(12, bytes: span.byteCount)
        append(linesOf: span, statusLine..<span.byteCount)
    }
}

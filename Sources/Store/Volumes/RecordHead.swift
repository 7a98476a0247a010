// A value. The head of a stored response, as it stands in its record: status line and field lines.

import HTTPCaching
public import HTTPMessage
public import NIOCore

extension Fields {
    /// Reads the field lines of a stored head.
    ///
    /// O(head).
    public init(recordHead head: ByteBuffer) {
        self.init()
        let span = head.readableBytesSpan
        reserveCapacity(12, bytes: span.byteCount)
        append(linesOf: span, StoredHead.fieldLines(span))
    }
}

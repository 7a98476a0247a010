// Value. The head of a stored response, as in its record: status line, field lines, and then the target that the origin
// got if it differs from the key's. In memory they are separate, because the target is never sent.

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

/// A head followed by the target.
enum RecordHead {
    /// The name before the target: an older build takes the line for a field.
    private static let name = "Larder-Target: "

    /// Head and target as in a record; notes in the facts whether there is a target.
    static func joined(_ head: ByteBuffer, target: [UInt8], _ facts: inout StoredFacts) -> ByteBuffer {
        guard !target.isEmpty else {
            facts.flags.remove(.hasTarget)
            return head
        }
        facts.flags.insert(.hasTarget)
        var whole = head
        whole.writeString(name)
        whole.writeBytes(target)
        whole.writeStaticString("\r\n")
        return whole
    }

    /// Splits a record's head; the target is empty if it has none.
    ///
    /// O(1) without one.
    static func split(_ whole: ByteBuffer, _ facts: StoredFacts) -> (head: ByteBuffer, target: [UInt8]) {
        guard facts.flags.contains(.hasTarget) else { return (whole, []) }
        let lines = whole.readableBytesView.dropLast(2)
        let start = lines.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? lines.startIndex
        guard lines[start...].starts(with: name.utf8) else { return (whole, []) }
        var head = whole
        head.moveWriterIndex(to: start)
        return (head, Array(lines[(start + name.utf8.count)...]))
    }
}

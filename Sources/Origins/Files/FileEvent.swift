// Values. What a thread of a file origin tells the origin thread.

import Glibc
import HTTPMessage
import NIOCore

/// One step of reading a file, done.
enum FileEvent: Sendable {
    case answered(ReceivedHead, FilePiece)
    /// Answered as if there were no such file; the reason is logged.
    case refused(ReceivedHead, reason: String)
    case piece(FilePiece)
    case failed(OriginError.Kind, operation: String, code: Int32)
}

/// What keeps every file of a directory from being read.
struct FileFinding: Sendable {
    var kind: OriginError.Kind
    var operation: String
    var code: Int32

    /// The system's word for it.
    var reason: String { unsafe String(cString: strerror(code)) }  // because strerror makes a C string, copied at once
}

/// Bytes read, and where to go on.
struct FilePiece: Sendable {
    /// What is still to be read.
    struct Rest: Sendable {
        var file: OpenFile
        var range: Range<Int64>
    }

    var bytes: ByteBuffer?
    /// What follows; nil at the end.
    var rest: Rest?

    /// No bytes, and none to follow.
    static let none = FilePiece(bytes: nil, rest: nil)
}

// Values. The reports of a file origin's thread to the origin thread.

import Glibc
import HTTPMessage
import NIOCore

/// One completed step of reading a file.
enum FileEvent: Sendable {
    case answered(ReceivedHead, FilePiece)
    /// The response says that there is no such file; the real reason is logged.
    case refused(ReceivedHead, reason: String)
    case piece(FilePiece)
    case failed(OriginError.Kind, operation: String, code: Int32)
}

/// The reason why no file of a directory can be read.
struct FileFinding: Sendable {
    var kind: OriginError.Kind
    var operation: String
    var code: Int32

    /// The system's message.
    var reason: String { unsafe String(cString: strerror(code)) }  // because strerror makes a C string, copied at once
}

/// The bytes read, and the place to continue.
struct FilePiece: Sendable {
    /// The bytes that are still to be read.
    struct Rest: Sendable {
        var file: OpenFile
        var range: Range<Int64>
    }

    var bytes: ByteBuffer?
    /// The rest; nil at the end.
    var rest: Rest?

    /// No bytes, and nothing more to read.
    static let none = FilePiece(bytes: nil, rest: nil)
}

// Values. What a thread of a file origin tells the origin thread, and what it needs to know to do so.

import HTTPMessage
import NIOCore

/// One step of reading a file, done.
enum FileEvent: Sendable {
    case answered(OriginHead, FilePiece)
    case piece(FilePiece)
    case failed(OriginError.Kind, operation: String, code: Int32)
}

/// Bytes read, and where to go on.
struct FilePiece: Sendable {
    var bytes: ByteBuffer?
    /// The file to read on from; nil at its end.
    var rest: OpenFile?
    var offset: Int64

    /// No bytes, and none to follow.
    static let none = FilePiece(bytes: nil, rest: nil, offset: 0)
}

/// What a request asks of a file origin.
struct FileRequest: Sendable {
    var isHead: Bool
    var target: String
    var ifNoneMatch: String?
    var ifModifiedSince: String?

    init(_ request: OriginRequest) {
        isHead = request.method == "HEAD"
        target = request.target
        ifNoneMatch = request.fields.combined("If-None-Match")
        ifModifiedSince = request.fields.first("If-Modified-Since")
    }
}

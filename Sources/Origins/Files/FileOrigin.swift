// Shared. A directory as an origin: answers GET and HEAD as a small web server would, on threads of its own.
// Not libcurl's file://, which follows symbolic links out of the root and would stop every transfer when a share hangs.
// Query strings are ignored. Of ranges a single one is served, by which interrupted bodies are resumed.

import CCurl
import HTTPMessage
import NIOCore

/// An origin that is a directory.
final class FileOrigin: Sendable {
    /// How much is read at a time.
    static let pieceLength = 128 * 1024

    private let root: FileRoot
    private let pool: FilePool
    private let counters: OriginCounters

    init(root path: String, counters: OriginCounters) throws(OriginError) {
        root = FileRoot(path: path)
        pool = try FilePool()
        self.counters = counters
    }

    /// Has a job done on one of the threads; false when too many wait.
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        pool.submit(job)
    }

    /// Ends the threads that do not hang.
    func shutDown() {
        pool.shutDown()
    }

    /// Answers a request, with the first piece of the body; on a file thread.
    func answer(_ request: FileRequest, at now: WallTime) -> FileEvent {
        guard let names = Self.names(in: request.target) else {
            counters.update { $0.refusedPaths += 1 }
            return .answered(OriginHead.refusal(404, at: now), .none)
        }
        switch root.open(names) {
        case .absent: return .answered(OriginHead.refusal(404, at: now), .none)
        case .outside:
            counters.update { $0.refusedPaths += 1 }
            return .answered(OriginHead.refusal(404, at: now), .none)
        case .failed(let operation, let code): return .failed(.fileSystem, operation: operation, code: code)
        case .file(let descriptor, let status):
            return answer(request, with: OpenFile(descriptor, status, counters: counters), names.last ?? "", now)
        }
    }

    private func answer(_ request: FileRequest, with file: OpenFile, _ name: String, _ now: WallTime) -> FileEvent {
        // A time in the future would be no validator (RFC 9110 §8.8.2.1).
        let modified = min(WallTime(secondsSinceEpoch: file.modifiedSeconds), now)
        var fields = Fields()
        fields.append(name: "Date", value: HTTPDate.format(now))
        fields.append(name: "Last-Modified", value: HTTPDate.format(modified))
        fields.append(name: "ETag", value: file.entityTag)
        if Self.isNotModified(request, entityTag: file.entityTag, modified: modified) {
            let head = OriginHead(status: 304, reason: "Not Modified", fields: fields, contentLength: nil)
            return .answered(head, .none)
        }
        fields.append(name: "Accept-Ranges", value: "bytes")
        let range = request.range(in: file, modified: modified)
        if case .unsatisfiable = range {
            let range = ("Content-Range", "bytes */\(file.size)")
            return .answered(OriginHead.refusal(416, at: now, more: Fields([range])), .none)
        }
        var (status, reason, wanted) = (200, "OK", 0..<file.size)
        if case .part(let part) = range {
            (status, reason, wanted) = (206, "Partial Content", part)
            let text = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
            fields.append(name: "Content-Range", value: text)
        }
        fields.append(name: "Content-Type", value: ContentType.forFile(named: name))
        fields.append(name: "Content-Length", value: String(wanted.count))
        let head = OriginHead(status: status, reason: reason, fields: fields, contentLength: Int64(wanted.count))
        if request.isHead { return .answered(head, .none) }
        switch read(file, wanted) {
        case .piece(let piece): return .answered(head, piece)
        case let other: return other
        }
    }

    /// Reads the next piece of a range; on a file thread.
    ///
    /// The last one is given only if the file is still what it was: a picture that changed while it was read is
    /// neither the old one nor the new one.
    func read(_ file: OpenFile, _ range: Range<Int64>) -> FileEvent {
        let offset = range.lowerBound
        let count = min(Self.pieceLength, range.count)
        switch file.read(count, at: offset) {
        case .failure(let error): return .failed(.fileSystem, operation: "read", code: error.code)
        case .success(let bytes):
            guard bytes.readableBytes == count else { return .failed(.truncated, operation: "read", code: 0) }
            let next = offset + Int64(count)
            guard next == range.upperBound else {
                return .piece(FilePiece(bytes: bytes, rest: .init(file: file, range: next..<range.upperBound)))
            }
            guard file.isUnchanged() else { return .failed(.truncated, operation: "read", code: 0) }
            return .piece(FilePiece(bytes: count > 0 ? bytes : nil, rest: nil))
        }
    }

    /// The names in a target's path, decoded once; nil for a path that no file has: NUL, an encoded "/", "." or "..".
    static func names(in target: String) -> [String]? {
        let path = target.prefix { $0 != "?" }
        var names: [String] = []
        for part in path.split(separator: "/") {
            guard let bytes = PercentDecoding.decode(part) else { return nil }
            guard !bytes.contains(0), !bytes.contains(UInt8(ascii: "/")) else { return nil }
            // A name that is not UTF-8 cannot be said in a String, so it cannot be asked for.
            guard let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".." else { return nil }
            names.append(name)
        }
        // "/" and "/a/" name directories, which are never listed.
        if names.isEmpty || path.hasSuffix("/") { names.append(".") }
        return names
    }

    /// RFC 9110 §13.2.2: If-None-Match decides alone where there is one.
    static func isNotModified(_ request: FileRequest, entityTag: String, modified: WallTime) -> Bool {
        if let list = request.ifNoneMatch {
            // No comma occurs in our own tags, so the list can be split at any.
            return list.split(separator: ",").contains { member in
                var tag = member.drop { $0 == " " || $0 == "\t" }
                while let last = tag.last, last == " " || last == "\t" { tag.removeLast() }
                return tag == "*" || tag == entityTag || tag == "W/\(entityTag)"
            }
        }
        guard let since = request.ifModifiedSince.flatMap({ HTTPDate.parse($0) }) else { return false }
        return modified <= since
    }
}

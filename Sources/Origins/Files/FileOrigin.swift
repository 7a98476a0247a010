// Shared. A directory as an origin: responds to GET and HEAD like a small web server, on threads of its own. It does
// not use libcurl's file://, which follows symbolic links out of the root and would stop every transfer when a share
// hangs. Query strings are ignored. A single range is served, so that an interrupted body can be resumed.
//
// A file that is being written is served as it is at the moment, but nobody may reuse the response (decision 56): it
// has `no-cache`, and a validator that never matches.

import CLinux
import Glibc
import HTTPMessage
import NIOCore
import Runtime

/// An origin that is a directory.
final class FileOrigin: Sendable {
    /// Enough to keep a disk or a share busy; each thread may hang in the file system.
    static let threads = 6
    /// The bytes of one read.
    static let pieceLength = 128 * 1024
    /// How often the reading of a file begins again because the file changes while its first piece is read.
    static let maximumTries = 3

    private let root: FileRoot
    private let pool: BlockingPool
    private let systems = FileSystems()
    private let counters: OriginCounters
    private let clock: Clock

    /// Makes the origin; the directory is opened when it is needed.
    ///
    /// - Parameters:
    ///   - path: The directory's path.
    ///   - counters: The origin's figures.
    ///   - clock: The time.
    /// - Throws: `resources` if the system has no thread or descriptor left.
    init(
        root path: [UInt8],
        counters: OriginCounters,
        clock: Clock
    ) throws(OriginError) {
        root = FileRoot(path: path)
        do throws(SystemError) {
            pool = try BlockingPool(threads: Array(repeating: "larder-files", count: Self.threads))
        } catch {
            throw OriginError(error, subject: "file origin")
        }
        self.counters = counters
        self.clock = clock
    }

    /// Runs a job on one of the threads; false if too many wait.
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        pool.submit(job)
    }

    /// How many jobs were refused because too many waited.
    var timesFull: Int { pool.timesFull }

    /// Ends the threads that do not hang.
    func shutDown() {
        pool.abandon()
    }

    /// Makes the response to a request, with the first piece of the body; on a file thread.
    func answer(_ request: FileRequest) -> FileEvent {
        guard let names = request.names, let name = names.last else {
            counters.update { $0.refusedPaths += 1 }
            return .answered(ReceivedHead.refusal(404, at: clock.now), .none)
        }
        // While nothing has been sent, the reading of a changed file can begin again.
        for _ in 1..<Self.maximumTries {
            let event = answer(request, names, name)
            guard case .failed(.truncated, _, _) = event else { return event }
        }
        return answer(request, names, name)
    }

    private func answer(_ request: FileRequest, _ names: [FileName], _ name: FileName) -> FileEvent {
        // Read before the status, so that no file looks older than it is, however long the call takes.
        let now = FileTime(clock)
        switch root.open(names) {
        case .absent: return .answered(ReceivedHead.refusal(404, at: date(of: now)), .none)
        case .outside:
            counters.update { $0.refusedPaths += 1 }
            let reason = "a symbolic link on the way to \(request.target) leads out of the origin's directory"
            return .refused(ReceivedHead.refusal(404, at: date(of: now)), reason: reason)
        case .failed(let kind, let operation, let code): return .failed(kind, operation: operation, code: code)
        case .file(let descriptor, let status):
            let keepsChangeTime = systems.keepChangeTime(descriptor, device: status.device)
            let version = FileVersion(status, keepsChangeTime: keepsChangeTime)
            let file = OpenFile(descriptor, version, isSettled: version.isSettled(at: now), counters: counters)
            return answer(request, with: file, ContentType.forFile(named: name), date(of: now))
        }
    }

    /// The reason why no file can be read now; nil if there is none.
    ///
    /// On a file thread.
    func fault() -> FileFinding? { root.fault() }

    private func date(of now: FileTime) -> WallTime { WallTime(secondsSinceEpoch: now.seconds) }

    private func answer(_ request: FileRequest, with file: OpenFile, _ type: String, _ date: WallTime) -> FileEvent {
        let validators = FileValidators(file.version, isSettled: file.isSettled, date: date)
        var fields = Self.fields(validators, date, isSettled: file.isSettled)
        if validators.isNotModified(request) {
            let head = ReceivedHead(status: 304, reason: "Not Modified", fields: fields, contentLength: nil)
            return .answered(head, .none)
        }
        fields.append(name: "Accept-Ranges", value: "bytes")
        let range = request.range(of: file.size, validators)
        if case .unsatisfiable = range {
            let range = ("Content-Range", "bytes */\(file.size)")
            return .answered(ReceivedHead.refusal(416, at: date, more: Fields([range])), .none)
        }
        var (status, reason, wanted) = (200, "OK", 0..<file.size)
        if case .part(let part) = range {
            (status, reason, wanted) = (206, "Partial Content", part)
            let text = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
            fields.append(name: "Content-Range", value: text)
        }
        fields.append(name: "Content-Type", value: type)
        fields.append(name: "Content-Length", value: String(wanted.count))
        let head = ReceivedHead(status: status, reason: reason, fields: fields, contentLength: Int64(wanted.count))
        if request.isHead { return .answered(head, .none) }
        switch read(file, wanted) {
        case .piece(let piece): return .answered(head, piece)
        case let other: return other
        }
    }

    /// The fields about a file in responses with any status.
    private static func fields(_ validators: FileValidators, _ date: WallTime, isSettled: Bool) -> Fields {
        var fields = Fields()
        fields.append(name: "Date", value: HTTPDate.format(date))
        if let modified = validators.lastModified {
            fields.append(name: "Last-Modified", value: HTTPDate.format(modified))
        }
        fields.append(name: "ETag", value: validators.entityTag)
        if !isSettled { fields.append(name: "Cache-Control", value: "no-cache") }
        return fields
    }

    /// Reads the next piece of a range; on a file thread.
    ///
    /// The piece is delivered only if the file is unchanged after the read: after a change, the bytes may be neither
    /// the old picture nor the new one.
    func read(_ file: OpenFile, _ range: Range<Int64>) -> FileEvent {
        let offset = range.lowerBound
        let count = min(Self.pieceLength, range.count)
        let next = offset + Int64(count)
        switch file.read(count, at: offset) {
        case .failure(let error):
            // The handle of a file that was removed on its server is stale, but the share works.
            let kind = error.code == ESTALE ? .truncated : FileFault(error.code).kind ?? .unreadable
            return .failed(kind, operation: "read", code: error.code)
        case .success(let bytes):
            let isLast = next == range.upperBound
            guard bytes.readableBytes == count, file.isUnchanged(isLast: isLast) else {
                return .failed(.truncated, operation: "read", code: 0)
            }
            if isLast { return .piece(FilePiece(bytes: count > 0 ? bytes : nil, rest: nil)) }
            return .piece(FilePiece(bytes: bytes, rest: .init(file: file, range: next..<range.upperBound)))
        }
    }
}

extension FileTime {
    /// The time of a clock.
    init(_ clock: Clock) {
        let (seconds, rest) = clock.nanosecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(seconds: seconds, nanoseconds: rest)
    }
}

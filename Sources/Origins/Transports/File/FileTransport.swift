// Confined to the origin thread. Reads one file for an attempt: each step that may block (opening with the first piece, then
// piece by piece) is a job on a file thread, whose result comes back through the mailbox. A receiver that pauses holds no
// thread; a result that comes too late finds no attempt and is dropped, its file closed.

import Glibc
import HTTPMessage
import NIOCore
import Runtime
import Synchronization

/// One request to a file origin.
final class FileTransport: Transport {
    private let attempt: Attempt
    private let files: FileOrigin
    private let request: FileRequest
    private let life = Life()
    /// A piece that was read and refused.
    private var kept: FilePiece?

    init(_ attempt: Attempt, _ files: FileOrigin, request: FileRequest) {
        (self.attempt, self.files, self.request) = (attempt, files, request)
    }

    func start() {
        attempt.awaitHead()
        submit { [request] files in files.answer(request) }
    }

    func resume() {
        guard let kept else { return }
        self.kept = nil
        deliver(kept)
    }

    func stop() {
        life.end()
        kept = nil
    }

    func handle(_ event: TransportEvent) {
        guard case .file(let event) = event else { return }
        switch event {
        case .answered(let head, let piece):
            if attempt.received(head) { deliver(piece) } else { attempt.finished(Fields()) }
        case .refused(let head, let reason):
            attempt.pool.tellOperator(attempt.fault(.fileSystem, "open", detail: reason), at: attempt.engine.now)
            if attempt.received(head) { deliver(.none) } else { attempt.finished(Fields()) }
        case .piece(let piece): deliver(piece)
        case .failed(let kind, let operation, let code):
            // because strerror makes a C string, which is copied at once
            let word = code == 0 ? "" : unsafe String(cString: strerror(code))
            let name = kind == .unreadable ? "\(request.target): " : ""
            attempt.end(attempt.fault(kind, operation, code: Int(code), detail: name + word))
        }
    }

    private func deliver(_ piece: FilePiece) {
        if let bytes = piece.bytes {
            switch attempt.deliver(bytes) {
            case .proceed: break
            case .refused:
                kept = piece
                return
            case .stop: return attempt.finished(Fields())
            }
        }
        // The attempt may have ended meanwhile, and the file with it.
        guard !life.hasEnded else { return }
        guard let rest = piece.rest else { return attempt.finished(Fields()) }
        attempt.watchStall()
        submit { files in files.read(rest.file, rest.range) }
    }

    private func submit(_ step: @escaping @Sendable (FileOrigin) -> FileEvent) {
        let isTaken = files.submit { [files, life, id = attempt.id, mailbox = attempt.engine.mailbox] in
            guard !life.hasEnded else { return }
            mailbox.post(.file(id, step(files)))
        }
        if !isTaken { attempt.end(attempt.fault(.queueFull, "wait for a file thread")) }
    }
}

/// Whether the attempt that a queued job belongs to has ended; shared between the threads.
private final class Life: Sendable {
    private let ended = Atomic(false)

    var hasEnded: Bool { ended.load(ordering: .relaxed) }

    func end() {
        ended.store(true, ordering: .relaxed)
    }
}

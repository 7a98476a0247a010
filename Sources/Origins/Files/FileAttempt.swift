// Loop-confined (origin thread). One request to one file origin: each step that may block (opening with the first
// piece, then piece by piece) is a job on a file thread, whose result comes back through the mailbox. A receiver that
// pauses holds no thread; a result that comes too late finds no attempt and is dropped, its file closed.

import Glibc
import HTTPMessage
import NIOCore
import Runtime
import Synchronization

/// A file origin asked once.
final class FileAttempt: Attempt {
    private let files: FileOrigin
    private let life = Life()
    /// What was read and is not wanted yet.
    private var kept: FilePiece?

    init(id: UInt64, lane: Lane, isProbe: Bool, engine: Engine, exchange: Exchange, files: FileOrigin) {
        self.files = files
        super.init(id: id, lane: lane, isProbe: isProbe, engine: engine, exchange: exchange)
    }

    override func start() {
        guard let request = exchange?.request else { return }
        markSent()
        guard request.method == "GET" || request.method == "HEAD" else { return answer(405) }
        guard let target else { return answer(404) }
        let asked = FileRequest(request, target: target)
        awaitHead()
        submit { files in files.answer(asked) }
    }

    override func stop() {
        life.end()
        kept = nil
    }

    override func resume() {
        guard let kept else { return }
        self.kept = nil
        pass(on: kept)
    }

    override var isHeldUp: Bool { kept != nil }

    /// Takes what a file thread has done.
    func take(_ event: FileEvent) {
        switch event {
        case .answered(let head, let piece):
            if let refusal = refusal(of: head) { return end(refusal) }
            received(head)
            pass(on: piece)
        case .refused(let head, let reason):
            lane.tellOperator(fault(.fileSystem, "open", detail: reason), at: engine.now)
            received(head)
            pass(on: .none)
        case .piece(let piece): pass(on: piece)
        case .failed(let kind, let operation, let code):
            // because strerror makes a C string, which is copied at once
            let word = code == 0 ? "" : unsafe String(cString: strerror(code))
            let name = kind == .unreadable ? "\(target ?? ""): " : ""
            end(fault(kind, operation, code: Int(code), detail: name + word))
        }
    }

    private func pass(on piece: FilePiece) {
        if let bytes = piece.bytes {
            guard let flow = accepts(bytes.readableBytes) else { return end(nil) }
            guard flow == .proceed else {
                kept = piece
                return
            }
            take(bytes)
        }
        guard phase != .ended else { return }
        guard let rest = piece.rest else { return end(nil) }
        watchStall(from: engine.now)
        submit { files in files.read(rest.file, rest.range) }
    }

    private func submit(_ step: @escaping @Sendable (FileOrigin) -> FileEvent) {
        let isTaken = files.submit { [files, life, id, mailbox = engine.mailbox] in
            guard !life.hasEnded else { return }
            mailbox.post(.file(id, step(files)))
        }
        if !isTaken { end(fault(.queueFull, "wait for a file thread")) }
    }
}

/// Whether what a queued job is for has ended meanwhile; shared between the threads.
private final class Life: Sendable {
    private let ended = Atomic(false)

    var hasEnded: Bool { ended.load(ordering: .relaxed) }

    func end() {
        ended.store(true, ordering: .relaxed)
    }
}

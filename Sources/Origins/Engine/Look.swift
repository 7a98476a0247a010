// Confined to the origin thread. Finds out whether an origin can be reached, without a request: connects to it (with
// TCP, and TLS if the origin uses it) and closes the connection, or looks at a directory. Its pool owns it until it has
// ended. Invariant: an origin has one look at a time, however long the file system hangs, so that looks never take a
// second thread.

import CCurl
import HTTPMessage
import Runtime

/// One look at an origin.
final class Look {
    private let pool: OriginPool
    private let engine: Engine
    private var handle: EasyHandle?
    /// The time until which the file system should respond; a later response still counts.
    private var deadline: Instant?

    init(at pool: OriginPool, engine: Engine) {
        self.pool = pool
        self.engine = engine
    }

    /// Starts the look; the engine gets the result later, never from within this call.
    func begin() {
        let index = pool.origin.index
        switch pool.origin.kind {
        case .http(let service):
            // libcurl itself ends it after `connectTimeout`.
            let made = EasyHandle(pool.origin, base: service.base, peer: .origin, onlyConnects: true)
            guard let made, engine.multi.add(made) else { return engine.looksAgainLater(at: pool) }
            made.client = .look(self)
            handle = made
        case .file(let files):
            let isTaken = files.submit { [mailbox = engine.mailbox] in
                mailbox.post(.looked(index, files.fault()))
            }
            guard isTaken else { return engine.looksAgainLater(at: pool) }
            let deadline = engine.now + pool.settings.connectTimeout
            self.deadline = deadline
            engine.schedule(.lookOver(index), at: deadline)
        }
    }

    /// libcurl has finished it; outside libcurl.
    func transferEnded(_ code: CURLcode) {
        guard let handle else { return }
        var error: OriginError?
        if code != CURLE_OK {
            let message = handle.lastMessage
            let kind = Curl.kind(code, systemError: handle.systemError, message: message, hasHead: false)
            error = fault(kind, "connect", code: Int(code.rawValue), detail: message)
        }
        drop()
        engine.looked(at: pool, error)
    }

    /// A file thread has looked.
    func ended(_ fault: FileFinding?) {
        engine.looked(
            at: pool,
            fault.map { self.fault($0.kind, $0.operation, code: Int($0.code), detail: $0.reason) }
        )
    }

    /// The file system has not responded in time, if the deadline belongs to this look.
    func expire(_ due: Instant) {
        guard deadline == due else { return }
        engine.note(failure: fault(.connectTimeout, "open the directory", detail: "no answer in time"), of: pool)
    }

    /// Cancels the look without reporting a result.
    func drop() {
        guard let handle else { return }
        self.handle = nil
        handle.client = nil
        engine.multi.remove(handle)
    }

    private func fault(_ kind: OriginError.Kind, _ operation: String, code: Int = 0, detail: String) -> OriginError {
        OriginError(kind: kind, operation: operation, subject: pool.settings.url.text, code: code, detail: detail)
    }
}

@available(*, unavailable)
extension Look: Sendable {}  // lives on the origin thread

// Loop-confined. A request's life in six steps: check, key, look up, serve the usual hit, plan, act. The first four are
// here; `RequestTask` plans and acts for everything that is not a plain, fresh hit.

import HTTPCaching
import HTTPMessage
import NIOCore
import Runtime
import Store

enum RequestHandler {
    /// Answers a request, or begins to.
    /// - Parameters:
    ///   - head: The request's head.
    ///   - bytes: The bytes it was parsed from.
    ///   - connection: The client's connection.
    static func handle(_ head: RequestHead, _ bytes: consuming ByteBuffer, on connection: ClientConnection) {
        let state = connection.loopState
        state.counters.add(.requests)

        // 1. Check: what larder answers whatever the target is.
        guard !head.marks.contains(.otherExpectation) else {
            return OwnResponses.refuseExpectation(head, bytes, on: connection)
        }
        guard !head.marks.contains(.asterisk) else { return OwnResponses.answerOptions(head, bytes, on: connection) }

        // 2. Key: the route and the name under which a response would be stored.
        guard let key = CacheKey(head, bytes.readableBytesSpan, routes: state.settings.routes) else {
            return OwnResponses.refuseTarget(head, bytes, on: connection)
        }
        let request = IncomingRequest(head: head, bytes: bytes, key: key)

        // 3. Look up. The epoch comes first: a purge after it refuses what this look-up finds.
        let epoch = state.store.epoch
        guard isUsual(head) else { return begin(request, found: nil, epoch: epoch, on: connection) }
        let found = request.withKey { state.store.look(up: state.store.hash($0), key: $0) }

        // 4. Serve a plain, fresh hit.
        if case .one(let candidate) = found, candidate.entry.isPlain, candidate.entry.vary == 0,
            !state.settings.showsKey
        {
            let now = state.clock.now
            if candidate.entry.isFresh(at: now), HitPath.serve(candidate, at: now, request, on: connection) { return }
        }

        // 5 and 6. Plan and act.
        begin(request, found: found, epoch: epoch, on: connection)
    }

    /// A GET without a body whose conditions and ranges `HitShape` can judge.
    @inline(__always)
    private static func isUsual(_ head: RequestHead) -> Bool {
        head.method == .get && head.framing == .none
            && head.marks.intersection(.shapesReuse).isSubset(of: HitShape.marks)
    }

    /// Starts an task.
    /// - Parameters:
    ///   - request: The request.
    ///   - found: What the look-up found; nil where none was made.
    ///   - epoch: The store's epoch before the look-up.
    ///   - connection: The client's connection.
    static func begin(
        _ request: borrowing IncomingRequest,
        found: Lookup?,
        epoch: UInt32,
        on connection: ClientConnection
    ) {
        let task = RequestTask(request, epoch: epoch, on: connection)
        connection.begin(task)
        task.start(found: found)
    }
}

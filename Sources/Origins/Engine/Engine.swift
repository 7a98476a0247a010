// Confined to the origin thread. The loop: waits for sockets, deadlines and commands, and runs whatever has work to do.
// Owns libcurl, the pools, and all fetches and attempts. Invariants: libcurl is never entered while it calls back; such
// calls are postponed (`later`) to the end of the turn. The engine's objects refer back to it, and none of them is left
// when `run` returns.

import CCurl
import CLinux
import HTTPMessage
import Logging
import Runtime

/// The origin thread's work.
@safe final class Engine {  // because its pointer is to a buffer of its own, used on its thread alone
    /// Work that must not happen inside a callback of libcurl.
    enum Deferred {
        case askNext(OriginFetch)
        case start(Attempt)
        case drop(UInt64)
        /// The circuit breaker of an origin has opened: its requests are hedged to the next origin.
        case hedgeAround(OriginPool)
        /// Requests wait for a place that slow receivers may hold up.
        case makeRoom(OriginPool)
        /// The receiver of a body is ready for more.
        case readOn(CleartextConnection)
    }

    let lists: OriginLists
    var pools: [OriginPool] { lists.pools }
    let mailbox: Commands
    let multi: Multi
    let clock: Clock
    /// Whether to look at origins without a request that needs them.
    let looksAtOrigins: Bool
    /// The time at the start of this turn; precise enough for deadlines, not for latencies.
    private(set) var now = Instant.now

    private let budget: SharedRetryBudget
    /// The buffer into which connections receive.
    let receiving: UnsafeMutableRawBufferPointer
    private let poller: Poller
    private var sockets = SocketTable()
    private var fetches: [UInt64: OriginFetch] = [:]
    private var attempts: [UInt64: Attempt] = [:]
    private var nextAttempt: UInt64 = 1
    private var nextProbe: UInt64 = 1 << 63
    private var timers = Timers()
    private var deferred: [Deferred] = []
    /// The receivers that were called in this turn.
    private var told: [any OriginReceiver] = []
    private var random = SmallGenerator()
    private var commands: [Command] = []
    private var events = Poller.room
    private var isRunning = true

    /// Makes the loop; called on its thread.
    init(
        _ origins: [ConfiguredOrigin],
        _ lists: [Range<Int>],
        mailbox: Commands,
        poller: Poller,
        budget: SharedRetryBudget,
        logger: Logger,
        looksAtOrigins: Bool,
        clock: Clock
    ) {
        self.lists = OriginLists(origins.map { OriginPool($0, logger: logger) }, lists)
        self.mailbox = mailbox
        self.budget = budget
        self.poller = poller
        self.clock = clock
        self.looksAtOrigins = looksAtOrigins
        // Room for every connection of every origin: a smaller cache would close connections that are needed again.
        let connections = origins.reduce(0) { $0 + min($1.settings.maximumConnections, 4096) }
        multi = Multi(poller: poller, connections: connections)
        // because `deinit` frees it, and connections use it on this thread only, while the engine lives
        unsafe receiving = .allocate(
            byteCount: 2 * ResponseHeadParser.maximumBytes + CleartextConnection.room,
            alignment: 64
        )
        precondition(poller.addEdges(of: mailbox.receiver.number), "the origin thread can be woken")
    }

    deinit {
        unsafe receiving.deallocate()  // because it was allocated in init
    }

    /// Runs until shut down.
    func run() {
        for pool in pools { lookAtStart(at: pool) }
        while isRunning {
            let count = poller.wait(into: &events, milliseconds: patience())
            now = .now
            for event in events.prefix(count) where event.descriptor != mailbox.receiver.number { dispatch(event) }
            collectEnded()
            mailbox.take(into: &commands)
            for command in commands { perform(command) }
            commands.removeAll(keepingCapacity: true)
            expireDue()
            settle()
            endTurn()
        }
        close()
        endTurn()
    }

    /// Notifies a receiver when this turn is over.
    func notifyAtEndOfTurn(_ receiver: any OriginReceiver) {
        if told.last !== receiver { told.append(receiver) }
    }

    /// Each receiver has all events of the turn now: it may wake its readers, once.
    private func endTurn() {
        // Emptying an array costs something even if it is empty.
        guard !told.isEmpty else { return }
        for receiver in told { receiver.turnEnded() }
        told.removeAll(keepingCapacity: true)
    }

    // MARK: For attempts and fetches

    /// Postpones work that must not happen inside libcurl to the end of this turn.
    func later(_ action: Deferred) {
        deferred.append(action)
    }

    /// Makes an attempt, in its place in the tables.
    func makeAttempt(at index: Int, for fetch: OriginFetch) -> Attempt {
        let id = nextAttempt
        nextAttempt += 1
        let pool = pools[index]
        let attempt = Attempt(id: id, pool: pool, engine: self, fetch: fetch)
        attempts[id] = attempt
        return attempt
    }

    /// Schedules work at a deadline.
    func schedule(_ subject: Timers.Subject, at deadline: Instant) {
        timers.add(subject, at: deadline)
    }

    /// Whether an optional request may be sent; spends its token.
    func spendRetry() -> Bool { budget.spend(at: now) }

    /// A random number between 0 and 1.
    func chance() -> Double { Double.random(in: 0...1, using: &random) }

    /// The id of the next fetch of larder's own.
    func makeProbeID() -> UInt64 {
        defer { nextProbe += 1 }
        return nextProbe
    }

    /// Starts a fetch.
    func begin(_ fetch: OriginFetch) {
        fetches[fetch.id] = fetch
        fetch.askNext()
    }

    /// An attempt in progress.
    func attempt(_ id: UInt64) -> Attempt? { attempts[id] }

    func forget(_ attempt: Attempt) {
        attempts[attempt.id] = nil
    }

    func forget(_ fetch: OriginFetch) {
        fetches[fetch.id] = nil
    }

    // MARK: Connections

    /// Calls a connection when its socket is ready for any of these events.
    func watch(_ connection: CleartextConnection, _ socket: Int32, for events: Readiness) {
        sockets.set(connection, for: socket)
        poller.watch(socket, for: events)
    }

    /// Watches a socket no longer.
    func unwatch(_ socket: Int32) {
        sockets.remove(socket)
        poller.forget(socket)
    }

    // MARK: A turn

    private func dispatch(_ event: Event) {
        if let connection = sockets.connection(of: event.descriptor) {
            connection.ready(event.isFor)
        } else {
            multi.ready(event.descriptor, for: event.isFor)
        }
    }

    /// How long to sleep, in ms: 0 if there is work; -1 without a limit.
    private func patience() -> Int32 {
        guard deferred.isEmpty, mailbox.fallAsleep() else { return 0 }
        let (first, second) = (timers.first, multi.deadline)
        guard let next = first.map({ first in second.map { min(first, $0) } ?? first }) ?? second else { return -1 }
        let left = next - .now
        return left <= .zero ? 0 : Int32(min(left.milliseconds, 60_000))
    }

    private func perform(_ command: Command) {
        switch command {
        case .send(let id, let request, let receiver):
            let order = lists.order(of: request)
            guard order.hasNext else { return respondNotFound(request, receiver) }
            budget.earn()
            begin(OriginFetch(id: id, request: request, receiver: receiver, engine: self, order: consume order))
        case .cancel(let id): fetches[id]?.cancel()
        case .resume(let id): fetches[id]?.resume()
        case .upload(let id): attempts[id]?.handle(.contentReady)
        case .file(let id, let event): attempts[id]?.handle(.file(event))
        case .looked(let index, let finding): pools[index].look?.ended(finding)
        case .shutDown: isRunning = false
        }
    }

    /// No origin of the list can have such a path: none is asked.
    private func respondNotFound(_ request: OriginRequest, _ receiver: any OriginReceiver) {
        request.body?.abandon()
        let now = clock.now
        notifyAtEndOfTurn(receiver)
        receiver.receive(
            OriginResponse(
                ReceivedHead.refusal(404, at: now),
                origin: lists.first(of: request.list),
                requestTime: now,
                responseTime: now,
                tried: [],
                isDefinitive: true
            )
        )
        receiver.finish()
    }

    private func collectEnded() {
        while let (handle, code) = multi.nextEnded() {
            handle.client?.transferEnded(code)
        }
    }

    private func expireDue() {
        while let due = timers.removeDue(at: now) {
            switch due.subject {
            case .attempt(let id): attempts[id]?.timerFired(due.deadline)
            case .hedge(let id): fetches[id]?.hedge(due.deadline)
            case .probe(let index): if pools[index].breaker.beginProbe(at: now) { sendProbe(to: pools[index]) }
            case .check(let index): check(pools[index])
            case .look(let index): lookAgain(at: pools[index])
            case .room(let index): makeMoreRoom(at: pools[index])
            case .lookOver(let index): pools[index].look?.expire(due.deadline)
            }
        }
    }

    /// Does the postponed work, and the resulting work of libcurl; the rest comes with the next turn.
    private func settle() {
        for _ in 0..<8 {
            let actions = deferred
            deferred.removeAll(keepingCapacity: true)
            for action in actions {
                switch action {
                case .askNext(let fetch): fetch.askNext()
                case .start(let attempt): attempt.beginAfterWaiting()
                case .drop(let id): attempts[id]?.drop()
                case .readOn(let connection): connection.readOn()
                case .makeRoom(let pool): makeRoom(at: pool)
                case .hedgeAround(let pool): for fetch in Array(fetches.values) { fetch.hedgeAround(pool) }
                }
            }
            let hasFired = multi.fire(at: .now)
            collectEnded()
            if deferred.isEmpty, !hasFired { return }
        }
    }

    private func close() {
        for fetch in Array(fetches.values) { fetch.cancel() }
        mailbox.close()
        for case .send(_, let request, let receiver) in mailbox.take() {
            notifyAtEndOfTurn(receiver)
            receiver.fail(OriginError(kind: .cancelled, operation: "send", subject: request.target))
        }
        for attempt in Array(attempts.values) { attempt.drop() }
        deferred.removeAll()
        for pool in pools {
            pool.closeIdle()
            pool.look?.drop()
            pool.look = nil
            if case .file(let files) = pool.origin.kind { files.shutDown() }
        }
        multi.close()
    }
}

@available(*, unavailable)
extension Engine: Sendable {}  // lives on the origin thread

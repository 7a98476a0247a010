// Loop-confined (origin thread). The loop: waits for sockets, deadlines and commands, and lets everything that has
// something to do do it. Owns libcurl, the lanes, and all exchanges and attempts.
// Invariants: libcurl is never entered while it calls back; what would is put off (`later`) to the end of the turn. What the
// engine owns refers back to it, and none of that is left when `run` returns.

import CCurl
import CLinux
import HTTPMessage
import Logging
import Runtime

/// The origin thread's work.
@safe final class Engine {  // because its pointer is to a buffer of its own, used on its thread alone
    /// What must not happen inside a callback of libcurl.
    enum Deferred {
        case askNext(Exchange)
        case start(Attempt)
        case drop(Attempt)
        /// What waits for an origin that is left alone now asks the next.
        case askBeside(Lane)
        /// Requests wait for a place that slow receivers may hold up.
        case makeRoom(Lane)
        /// What received a body is ready for more.
        case readOn(PlainConnection)
    }

    let lanes: [Lane]
    let mailbox: Commands
    let multi: Multi
    let clock: Clock
    /// Origins are looked at whether they are needed or not.
    let looksAtOrigins: Bool
    /// The time as of this turn; good enough for deadlines, not for latencies.
    private(set) var now = Instant.now

    private let budget: SharedRetryBudget
    /// Where connections receive.
    let receiving: UnsafeMutableRawBufferPointer
    private let poller: Poller
    /// By descriptor.
    private var connections: [PlainConnection?] = []
    private let lists: [[Int]]
    private var exchanges: [UInt64: Exchange] = [:]
    private var attempts: [UInt64: Attempt] = [:]
    private var nextAttempt: UInt64 = 1
    private var nextProbe: UInt64 = 1 << 63
    private var timers = Timers()
    private var deferred: [Deferred] = []
    /// Who was told anything in this turn.
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
        lanes = origins.map { Lane($0, logger: logger) }
        self.lists = lists.map { Array($0) }
        self.mailbox = mailbox
        self.budget = budget
        self.poller = poller
        self.clock = clock
        self.looksAtOrigins = looksAtOrigins
        // Room for every connection of every origin: a smaller cache would close connections that are wanted again.
        let connections = origins.reduce(0) { $0 + min($1.settings.maximumConnections, 4096) }
        multi = Multi(poller: poller, connections: connections)
        // because `deinit` frees it, and connections use it on this thread only, while the engine lives
        unsafe receiving = .allocate(
            byteCount: 2 * ResponseHeadParser.maximumBytes + PlainConnection.room,
            alignment: 64
        )
        precondition(poller.addEdges(of: mailbox.bell.number), "the origin thread can be woken")
    }

    deinit {
        unsafe receiving.deallocate()  // because it was allocated in init
    }

    /// Runs until told to shut down.
    func run() {
        for lane in lanes { lookAtStart(at: lane) }
        while isRunning {
            let count = poller.wait(into: &events, milliseconds: patience())
            now = .now
            for event in events.prefix(count) where event.descriptor != mailbox.bell.number { dispatch(event) }
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

    /// Has a receiver told when this turn is over.
    func tellOfEnd(_ receiver: any OriginReceiver) {
        if told.last !== receiver { told.append(receiver) }
    }

    /// What a turn brought a receiver is known to it whole: now it may wake others, once.
    private func endTurn() {
        // Emptying an array costs something even where it is empty.
        guard !told.isEmpty else { return }
        for receiver in told { receiver.turnEnded() }
        told.removeAll(keepingCapacity: true)
    }

    // MARK: For attempts and exchanges

    /// Puts off what must not happen inside libcurl to the end of this turn.
    func later(_ action: Deferred) {
        deferred.append(action)
    }

    /// Makes an attempt, in its place in the tables.
    func makeAttempt(at index: Int, for exchange: Exchange) -> Attempt {
        let id = nextAttempt
        nextAttempt += 1
        let lane = lanes[index]
        let attempt: Attempt
        switch lane.origin.kind {
        case .http(let service):
            attempt = HTTPAttempt(
                id: id,
                lane: lane,
                isProbe: exchange.isProbe,
                engine: self,
                exchange: exchange,
                service: service
            )
        case .file(let files):
            attempt = FileAttempt(
                id: id,
                lane: lane,
                isProbe: exchange.isProbe,
                engine: self,
                exchange: exchange,
                files: files
            )
        }
        attempts[id] = attempt
        return attempt
    }

    /// Sets or moves the time at which an attempt is told `expire`.
    func setDeadline(_ deadline: Instant, of attempt: Attempt) {
        attempt.deadline = deadline
        if let scheduled = attempt.scheduled, scheduled <= deadline { return }
        attempt.scheduled = deadline
        schedule(.attempt(attempt.id), at: deadline)
    }

    /// Has something done at a time.
    func schedule(_ subject: Timers.Subject, at deadline: Instant) {
        timers.add(subject, at: deadline)
    }

    /// Whether one more request than the first may be asked; takes its token.
    func takeRetry() -> Bool { budget.take(at: now) }

    /// A number between 0 and 1 by chance.
    func chance() -> Double { Double.random(in: 0...1, using: &random) }

    /// The origins that may answer a request, in their order.
    func origins(of request: OriginRequest) -> [Int] {
        let all = lists[request.list]
        let mayAnswer = { [lanes] (index: Int) in lanes[index].origin.target(of: request) != nil }
        // Most often all may, and no other list is made.
        return all.allSatisfy(mayAnswer) ? all : all.filter(mayAnswer)
    }

    /// An attempt in progress.
    func attempt(_ id: UInt64) -> Attempt? { attempts[id] }

    func forget(_ attempt: Attempt) {
        attempts[attempt.id] = nil
    }

    func forget(_ exchange: Exchange) {
        exchanges[exchange.id] = nil
    }

    // MARK: Connections

    /// Has a connection told when its socket is ready for any of these.
    func watch(_ connection: PlainConnection, _ socket: Int32, for events: Readiness) {
        let place = Int(socket)
        while connections.count <= place { connections.append(nil) }
        connections[place] = connection
        poller.watch(socket, for: events)
    }

    /// Watches a socket no longer.
    func unwatch(_ socket: Int32) {
        connections[Int(socket)] = nil
        poller.forget(socket)
    }

    // MARK: A turn

    private func dispatch(_ event: Event) {
        let place = Int(event.descriptor)
        if place < connections.count, let connection = connections[place] {
            connection.ready(event.isFor)
        } else {
            multi.ready(event.descriptor, for: event.isFor)
        }
    }

    /// How long to sleep, in ms: not at all where there is something to do; -1 without a limit.
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
            let order = order(of: request)
            guard order.hasNext else { return answerNotHere(request, receiver) }
            let exchange = Exchange(id: id, request: request, receiver: receiver, engine: self, order: order)
            exchanges[id] = exchange
            budget.earn()
            exchange.askNext()
        case .cancel(let id): exchanges[id]?.cancel()
        case .resume(let id): exchanges[id]?.resume()
        case .upload(let id): (attempts[id] as? HTTPAttempt)?.resumeSending()
        case .file(let id, let event): (attempts[id] as? FileAttempt)?.take(event)
        case .looked(let index, let finding): lanes[index].look?.ended(finding)
        case .shutDown: isRunning = false
        }
    }

    private func order(of request: OriginRequest) -> AskingOrder {
        let list = origins(of: request)
        guard request.isSingle else { return AskingOrder(list, preferred: request.preferred) }
        return AskingOrder(list.first { lanes[$0].settings.isAuthoritative }.map { [$0] } ?? Array(list.prefix(1)))
    }

    /// No origin of the list has such paths: nobody is asked.
    private func answerNotHere(_ request: OriginRequest, _ receiver: any OriginReceiver) {
        request.body?.abandon()
        let now = clock.now
        let head = ReceivedHead.refusal(404, at: now)
        tellOfEnd(receiver)
        receiver.receive(
            OriginResponse(
                status: head.status,
                reason: head.reason,
                fields: head.fields,
                origin: lists[request.list].first ?? 0,
                contentLength: head.contentLength,
                version: head.version,
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
            handle.attempt?.transferEnded(code)
            handle.look?.transferEnded(code)
        }
    }

    private func expireDue() {
        while let due = timers.removeDue(at: now) {
            switch due.subject {
            case .attempt(let id): expire(id, due.deadline)
            case .hedge(let id): exchanges[id]?.hedge(due.deadline)
            case .probe(let index): if lanes[index].health.beginProbe(at: now) { sendProbe(to: lanes[index]) }
            case .check(let index): check(lanes[index])
            case .look(let index): lookAgain(at: lanes[index])
            case .room(let index): makeMoreRoom(at: lanes[index])
            case .lookOver(let index): lanes[index].look?.expire(due.deadline)
            }
        }
    }

    private func expire(_ id: UInt64, _ due: Instant) {
        // An entry that the attempt's deadline has overtaken is not its current one.
        guard let attempt = attempts[id], attempt.scheduled == due else { return }
        attempt.scheduled = nil
        guard let deadline = attempt.deadline else { return }
        if deadline > now {
            setDeadline(deadline, of: attempt)
        } else {
            attempt.deadline = nil
            attempt.expire()
        }
    }

    /// Asks an origin for larder itself.
    func sendProbe(to lane: Lane) {
        let id = nextProbe
        nextProbe += 1
        lane.counters.update { $0.probes += 1 }
        let exchange = Exchange(
            id: id,
            request: OriginRequest(
                method: "HEAD",
                target: lane.probeTarget,
                fields: Via.line(received: .http11)
            ),
            receiver: ProbeReceiver(),
            engine: self,
            order: AskingOrder([lane.origin.index]),
            isProbe: true
        )
        exchanges[id] = exchange
        exchange.askNext()
    }

    /// Does what was put off, and what that gives libcurl to do at once; the rest comes with the next turn.
    private func settle() {
        for _ in 0..<8 {
            let actions = deferred
            deferred.removeAll(keepingCapacity: true)
            for action in actions {
                switch action {
                case .askNext(let exchange): exchange.askNext()
                case .start(let attempt): attempt.beginAfterWaiting()
                case .drop(let attempt): attempt.drop()
                case .readOn(let connection): connection.readOn()
                case .makeRoom(let lane): makeRoom(at: lane)
                case .askBeside(let lane): for exchange in Array(exchanges.values) { exchange.askBeside(lane) }
                }
            }
            let hasFired = multi.fire(at: .now)
            collectEnded()
            if deferred.isEmpty, !hasFired { return }
        }
    }

    private func close() {
        for exchange in Array(exchanges.values) { exchange.cancel() }
        mailbox.close()
        for case .send(_, let request, let receiver) in mailbox.take() {
            tellOfEnd(receiver)
            receiver.fail(OriginError(kind: .cancelled, operation: "send", subject: request.target))
        }
        for attempt in Array(attempts.values) { attempt.drop() }
        deferred.removeAll()
        for lane in lanes {
            lane.idle.removeAll()
            lane.idleConnector = nil
            lane.closeKept()
            lane.look?.drop()
            lane.look = nil
            if case .file(let files) = lane.origin.kind { files.shutDown() }
        }
        multi.close()
    }
}

@available(*, unavailable)
extension Engine: Sendable {}  // lives on the origin thread

/// xorshift64*, seeded by the system once: the system's own generator is a system call for each number.
private struct SmallGenerator: RandomNumberGenerator {
    private var state = UInt64.random(in: 1 ... .max)

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

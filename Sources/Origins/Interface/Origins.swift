// Shared. The lists of origins: accepts requests from any thread, asks the origins of a list in order on one thread,
// and calls each request's receiver. Owned by the composition; call `shutDown` before releasing it. Invariant: every
// receiver gets exactly one of `finish` and `fail`.

import HTTPMessage
public import Logging
public import Runtime
import Synchronization

/// The prioritized lists of origins.
public final class Origins: Sendable {
    let mailbox: Commands
    let fileOrigins: [FileOrigin]
    private let counters: [OriginCounters]
    private let identities: [UInt32]
    private let lists: [Range<Int>]
    private let budget: SharedRetryBudget
    private let engine: Lock<DedicatedThread?>
    private let nextID = Atomic<UInt64>(1)

    /// Makes the lists and starts their thread; waits for no origin.
    ///
    /// - Parameters:
    ///   - lists: Lists of origins, each not empty and in the order in which they are tried; a request names its list
    ///     (`list`). An origin's index counts through all of them.
    ///   - logger: Reports origins that begin to fail and that recover.
    ///   - looksAtOrigins: Whether larder connects to each origin once at the start, and again while it cannot be
    ///     reached, so that `statistics` show it before a request fails; it sends no request for that.
    ///   - clock: The time.
    /// - Throws: `badURL` for an `s3` URL without a store, `resources` if the system has no descriptor or thread left.
    public init(
        lists: [[OriginSettings]],
        logger: Logger,
        looksAtOrigins: Bool = false,
        clock: Clock = .system
    ) throws(OriginError) {
        var origins: [ConfiguredOrigin] = []
        var ranges: [Range<Int>] = []
        for list in lists {
            precondition(!list.isEmpty, "a list of origins has at least one")
            ranges.append(origins.count..<origins.count + list.count)
            for settings in list {
                origins.append(try ConfiguredOrigin(index: origins.count, settings, clock: clock))
            }
        }
        let mailbox: Commands
        let poller: Poller
        do throws(SystemError) {
            mailbox = Commands(limit: Commands.usualLimit, receiver: try EventCounter()) {
                logger.warning("Many commands wait for the origin thread")
            }
            poller = try Poller()
        } catch {
            throw OriginError(error, subject: "origins")
        }
        let (configured, lists) = (origins, ranges)
        self.lists = ranges
        identities = origins.map { max(FNV1a.hash32($0.settings.url.text.utf8), 1) }
        counters = origins.map(\.counters)
        fileOrigins = origins.compactMap(\.fileOrigin)
        self.mailbox = mailbox
        let budget = SharedRetryBudget()
        self.budget = budget
        do throws(SystemError) {
            engine = Lock(
                try DedicatedThread("larder-origins", slices: .short) {
                    Engine(
                        configured,
                        lists,
                        mailbox: mailbox,
                        poller: poller,
                        budget: budget,
                        logger: logger,
                        looksAtOrigins: looksAtOrigins,
                        clock: clock
                    ).run()
                }
            )
        } catch {
            throw OriginError(error, subject: "larder-origins")
        }
    }

    /// Sends a request; returns at once.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - receiver: Called on the origin thread, or at once, on this one, after `shutDown`.
    /// - Returns: The handle on the transfer, to pause and cancel it.
    @discardableResult
    public func send(_ request: OriginRequest, to receiver: any OriginReceiver) -> OriginTransfer {
        let id = nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        if !mailbox.post(.send(id, request, receiver)) {
            receiver.fail(OriginError(kind: .cancelled, operation: "send", subject: request.target))
            receiver.turnEnded()
        }
        return OriginTransfer(id: id, mailbox: mailbox)
    }

    /// Whether an optional request may be sent: a tenth of all requests, and ten a second, which hedges and retries
    /// share.
    ///
    /// Any thread.
    /// - Returns: True if it may: its token is spent.
    public func spendRetry() -> Bool { budget.spend(at: .now) }

    /// Fails every transfer in progress with `.cancelled` and ends the threads; later requests fail at once.
    ///
    /// Waits for the origin thread; never call it there. A thread of a file origin that hangs in the file system is
    /// left behind.
    public func shutDown() {
        mailbox.post(.shutDown)
        let worker = engine.withLock { running in
            defer { running = nil }
            return running
        }
        worker?.join()
    }

    /// A number for an origin that stays the same over restarts and changes of the lists.
    ///
    /// - Parameter index: The origin's index.
    /// - Returns: FNV-1a of its URL; never 0.
    public func identity(of index: Int) -> UInt32 { identities[index] }

    /// The origin of a list with an identity.
    ///
    /// - Parameters:
    ///   - identity: A result of `identity(of:)`, perhaps of an earlier run.
    ///   - list: The list.
    /// - Returns: Its index; nil if the list has no such origin.
    public func index(of identity: UInt32, in list: Int) -> Int? {
        lists[list].first { identities[$0] == identity }
    }

    /// The order in which a request would now try a list's origins; those with an open circuit breaker are last.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - preferred: The index of the origin that goes before the others.
    /// - Returns: Their indices.
    public func order(of list: Int, preferred: Int? = nil) -> [Int] {
        var order = AskingOrder(Array(lists[list]), preferred: preferred)
        var indices: [Int] = []
        while let next = order.next(isAvailable: { !counters[$0].snapshot().isBackingOff }, lastResort: { _ in true }) {
            indices.append(next)
        }
        return indices
    }

    /// The URL of an origin.
    ///
    /// - Parameter index: The origin's index.
    /// - Returns: The URL as configured.
    public func url(of index: Int) -> String { counters[index].url }

    /// The figures of every origin, list after list.
    public func statistics() -> [OriginStatistics] {
        lists.enumerated().flatMap { list, range in
            range.map { index in
                var figures = counters[index].snapshot()
                figures.list = list
                return figures
            }
        }
    }

    /// How often too many commands waited for the origin thread.
    public var timesMailboxFull: Int { mailbox.timesFull }

    /// How many requests the threads of file origins refused because too many waited.
    public var timesFilesFull: Int { fileOrigins.reduce(0) { $0 + $1.timesFull } }

    deinit {
        mailbox.post(.shutDown)
    }
}

// Shared. The list of origins: takes requests from any thread, asks the origins in order on one thread of its own
// and tells each request's receiver. Owned by the composition; `shutDown` before letting go.
// Invariant: every receiver gets exactly one of `finish` and `fail`.

public import HTTPMessage
public import Logging
import Synchronization

/// The prioritized list of origins.
public final class Origins: Sendable {
    private let mailbox: Mailbox
    private let counters: [OriginCounters]
    private let engine: Mutex<Worker?>
    private let nextID = Atomic<UInt64>(1)

    /// Makes the list and starts its thread; asks no origin.
    ///
    /// - Parameters:
    ///   - list: The origins in the order to ask them; not empty.
    ///   - logger: Told of origins that begin to fail and are well again.
    ///   - now: The wall clock, for `requestTime` and `responseTime`; nil for the system's.
    /// - Throws: `badURL` for a URL that cannot be used, `resources` when the system gives no descriptor or thread.
    public init(
        _ list: [OriginSettings],
        logger: Logger,
        now: (@Sendable () -> WallTime)? = nil
    ) throws(OriginError) {
        precondition(!list.isEmpty, "a list of origins has at least one")
        var origins: [ConfiguredOrigin] = []
        for (index, settings) in list.enumerated() {
            origins.append(try ConfiguredOrigin(index: index, settings))
        }
        let mailbox = try Mailbox()
        let configured = origins
        let wallTime = now ?? { SystemClock.now() }
        counters = origins.map(\.counters)
        self.mailbox = mailbox
        let poller = try Poller()
        engine = Mutex(
            try Worker(name: "larder-origins") {
                Engine(configured, mailbox: mailbox, poller: poller, logger: logger, now: wallTime).run()
            }
        )
    }

    /// Sends a request; returns at once.
    ///
    /// - Parameters:
    ///   - request: What to ask for.
    ///   - receiver: Told of the answer on the origin thread, or at once, on this one, after `shutDown`.
    /// - Returns: The hold on the transfer, to pause and cancel it.
    @discardableResult
    public func send(_ request: OriginRequest, to receiver: any OriginReceiver) -> OriginTransfer {
        let id = nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        if !mailbox.post(.send(id, request, receiver)) {
            receiver.fail(OriginError(kind: .cancelled, operation: "send", subject: request.target))
        }
        return OriginTransfer(id: id, mailbox: mailbox)
    }

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

    /// The figures of every origin, in the order of the list.
    public func statistics() -> [OriginStatistics] {
        counters.map { $0.snapshot() }
    }

    deinit {
        mailbox.post(.shutDown)
    }
}

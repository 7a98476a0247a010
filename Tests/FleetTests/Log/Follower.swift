// Drives a LogState as the fleet's thread does, with a clock of its own, and says in short what it was asked to do.

import Fleet
import Runtime

struct Follower {
    static let log = LogIdentity(cluster: "7", identity: "a")

    private(set) var state: LogState
    private(set) var now = Instant(nanoseconds: 1_000_000_000_000)
    /// All actions since they were last taken.
    private var actions: [LogAction] = []
    private(set) var attempt = LogAttempt()
    private(set) var tick: LogTick?

    init(limits: LogLimits = LogLimits()) { state = LogState(seed: 1, limits: limits) }

    mutating func receive(_ event: LogEvent) {
        let new = state.receive(event, at: now)
        for action in new {
            switch action {
            case .readEnd(let attempt): self.attempt = attempt
            case .readTick(let tick): self.tick = tick
            default: break
            }
        }
        actions += new
    }

    /// The actions since the last call, without those of ticks.
    mutating func taken() -> [LogAction] {
        defer { actions = [] }
        return actions.filter { if case .readTick = $0 { false } else { true } }
    }

    mutating func pass(_ time: Duration) {
        now = now + time
        receive(.timePassed)
    }

    /// Answers the tick that is out with an end.
    mutating func answerTick(_ end: LogEnd) { if let tick { receive(.ticked(end, tick)) } }

    /// A follower behind record `number` whose watch is open.
    static func following(_ number: UInt64, limits: LogLimits = LogLimits()) -> Follower {
        var follower = Follower(limits: limits)
        follower.receive(.began(position(number), isStoreEmpty: false))
        follower.receive(.endRead(end(number), follower.attempt))
        follower.receive(.watchOpened(follower.attempt))
        _ = follower.taken()
        return follower
    }
}

// A log whose record n was written at revision 10 n.
extension Follower {
    static func position(_ number: UInt64, revision: Int64? = nil) -> LogPosition {
        end(number, revision: revision).position
    }

    static func end(_ number: UInt64, revision: Int64? = nil, log: LogIdentity = log, id: String? = nil) -> LogEnd {
        let record = Int64(number) * 10
        return LogEnd(
            log: log,
            number: number,
            revision: revision ?? record,
            record: record,
            id: number == 0 ? "" : id ?? "id-\(number)"
        )
    }

    static func row(_ number: UInt64, value: [UInt8]? = nil) -> LogRow {
        LogRow(revision: Int64(number) * 10, id: "id-\(number)", value: value ?? record(number).encoded)
    }

    static func record(_ number: UInt64) -> FleetRecord {
        FleetRecord(by: "web-01", at: 0, isSoft: false, rules: [FleetRule(.url, "/\(number)")])
    }

    static func changes(_ numbers: UInt64...) -> [LogChange] {
        numbers.flatMap { [.record(row($0)), .count(revision: Int64($0) * 10, number: $0)] }
    }

    static func entry(_ number: UInt64) -> LogEntry {
        LogEntry(number: number, revision: Int64(number) * 10, id: "id-\(number)", record: record(number))
    }
}

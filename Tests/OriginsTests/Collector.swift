// Shared. A receiver for tests: keeps what it is told, pauses when asked to, and checks the order of calls.
// Invariant: `violations` is empty if Origins keeps the promises of `OriginReceiver`.

import HTTPMessage
import Logging
import NIOCore
import Origins
import Runtime
import Synchronization
import TestSupport

final class Collector: OriginReceiver {
    struct State {
        var response: OriginResponse?
        var interims: [Int] = []
        var trailers = Fields()
        var body: [UInt8] = []
        var pieces = 0
        var isFinished = false
        var error: OriginError?
        var violations: [String] = []
        var pausesAfterEachPiece = false
        var isPaused = false

        var hasEnded: Bool { isFinished || error != nil }
    }

    private let state: Lock<State>

    init(pausing: Bool = false) {
        state = Lock(State(pausesAfterEachPiece: pausing))
    }

    var now: State { state.withLock { $0 } }

    func receiveInterim(_ status: Int, _ fields: Fields) {
        state.withLock { state in
            if state.hasEnded || state.response != nil { state.violations.append("an interim head out of order") }
            state.interims.append(status)
        }
    }

    func receiveTrailers(_ fields: Fields) {
        state.withLock { state in
            if state.hasEnded || state.response == nil { state.violations.append("trailers out of order") }
            state.trailers = fields
        }
    }

    func receive(_ response: OriginResponse) {
        state.withLock { state in
            if state.hasEnded || state.response != nil { state.violations.append("a head out of order") }
            state.response = response
        }
    }

    func receive(_ bytes: ByteBuffer) -> OriginFlow {
        state.withLock { state in
            if state.hasEnded || state.response == nil { state.violations.append("bytes out of order") }
            if state.isPaused { state.violations.append("bytes while paused") }
            state.body += Array(buffer: bytes)
            state.pieces += 1
            state.isPaused = state.pausesAfterEachPiece
            return state.isPaused ? .pause : .proceed
        }
    }

    func finish() {
        state.withLock { state in
            if state.hasEnded || state.response == nil { state.violations.append("a finish out of order") }
            state.isFinished = true
        }
    }

    func fail(_ error: OriginError) {
        state.withLock { state in
            if state.hasEnded { state.violations.append("a failure after the end") }
            state.error = error
        }
    }

    /// Lets bytes come again.
    func unpause(_ transfer: OriginTransfer, forGood: Bool = false) {
        state.withLock { state in
            state.isPaused = false
            if forGood { state.pausesAfterEachPiece = false }
        }
        transfer.resume()
    }

    /// Waits for the end, and answers everything that came.
    func ended() async throws -> State {
        try await eventually("the end of a transfer", within: .seconds(60)) { now.hasEnded }
        return now
    }
}

extension OriginSettings {
    /// An origin whose timeouts are out of the way, also on a busy machine.
    static func test(_ url: String, authoritative: Bool = false) -> OriginSettings {
        OriginSettings(
            url: OriginURL(test: url),
            isAuthoritative: authoritative,
            connectTimeout: .seconds(60),
            firstByteTimeout: .seconds(60),
            queueTimeout: .seconds(60),
            stallTimeout: .seconds(60)
        )
    }
}

/// Origins that are shut down when the test lets go of them.
final class Running: Sendable {
    let origins: Origins

    /// Begins.
    ///
    /// - Parameters:
    ///   - list: The origins.
    ///   - looksAtOrigins: Whether they are looked at before they are needed.
    ///   - clock: The time.
    /// - Throws: What `Origins` throws.
    init(
        _ list: [OriginSettings],
        looksAtOrigins: Bool = false,
        clock: Clock = .system
    ) throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        origins = try Origins(lists: [list], logger: logger, looksAtOrigins: looksAtOrigins, clock: clock)
    }

    deinit {
        origins.shutDown()
    }

    /// Sends a request and waits for its end.
    func get(
        _ target: String,
        method: String = "GET",
        fields: [(String, String)] = [],
        onlyFirst: Bool = false
    ) async throws -> Collector.State {
        let collector = Collector()
        origins.send(
            OriginRequest(method: method, target: target, fields: Fields(fields), onlyFirst: onlyFirst),
            to: collector
        )
        return try await collector.ended()
    }
}

/// A wall clock that is so far ahead of the machine's that whatever a test has just written is old.
func aMinuteLater() -> Clock { Clock(ManualClock(at: Clock.system.now + 60)) }

/// A wall clock that stands still: whatever a test has just written stays young.
func stopped() -> Clock { Clock(ManualClock()) }

/// Bytes that differ, so that a piece lost or repeated shows: their period divides no buffer's size.
func pattern(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count { bytes.append(contentsOf: period.prefix(count - bytes.count)) }
    return bytes
}

private let period: [UInt8] = (0..<1021).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

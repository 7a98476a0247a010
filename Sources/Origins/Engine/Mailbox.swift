// Shared. What other threads ask of the origin thread, handed over in batches: one wake-up when the box was empty.
// Invariant: after `close` nothing is taken in, so nothing is forgotten in it.

import CCurl
import HTTPMessage
import NIOCore
import Synchronization

/// One thing asked of the origin thread.
enum Command: Sendable {
    case send(UInt64, OriginRequest, any OriginReceiver)
    case cancel(UInt64)
    case resume(UInt64)
    /// The content of a request (by its attempt) can be read again.
    case upload(UInt64)
    /// A thread of a file origin has done its part for an attempt.
    indirect case file(UInt64, FileEvent)
    /// A thread of a file origin (by its index) has looked at its directory; nil where nothing is wrong with it.
    indirect case looked(Int, FileFinding?)
    case shutDown
}

/// The box of commands to the origin thread.
final class Mailbox: Sendable {
    private struct State {
        var commands: [Command] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell: Descriptor

    /// What becomes readable when there are commands.
    var descriptor: Int32 { bell.number }

    init() throws(OriginError) {
        let number = origins_bell_create(0)
        guard number >= 0 else {
            throw OriginError(kind: .resources, operation: "eventfd", subject: "origins", code: Int(-number))
        }
        bell = Descriptor(owning: number)
    }

    /// Leaves a command; any thread.
    ///
    /// - Returns: Whether it was taken in: not after `close`.
    @discardableResult
    func post(_ command: Command) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.commands.append(command)
            return (true, state.commands.count == 1)
        }
        if isFirst { origins_bell_ring(bell.number, 1) }
        return isTaken
    }

    /// Exchanges the commands left so far for an empty array, whose space is used again.
    func take(into batch: inout [Command]) {
        precondition(batch.isEmpty, "a batch is worked off before the next is taken")
        origins_bell_wait(bell.number)
        state.withLock { swap(&$0.commands, &batch) }
    }

    /// Takes nothing in from now on.
    ///
    /// - Returns: The commands left until now.
    func close() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }
}

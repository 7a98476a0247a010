// Shared. A thread with a name.

import CLinux
import Glibc

/// A thread of its own, for work that never ends or that blocks; joined at shutdown.
///
/// Threads with short turns go before those with long ones as soon as they wake: hits do not wait for what stores and evicts
/// beside them.
package final class DedicatedThread: Sendable {
    /// How long a thread may run while others of its kind wait, and so how early it has its turn.
    package enum Turns: Sendable {
        /// For what clients wait for.
        case short
        /// For what nobody waits for.
        case long
    }

    private let thread: pthread_t
    private let hasEnded: Semaphore

    private final class Body: Sendable {
        let name: String
        let turns: Turns
        let niceness: Int32
        let run: @Sendable () -> Void
        let hasEnded = Semaphore()
        init(_ name: String, _ turns: Turns, _ niceness: Int32, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.turns = turns
            self.niceness = niceness
            self.run = run
        }
    }

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: What `top -H` shows, 15 characters at most.
    ///   - turns: Who goes first where several want the same processor.
    ///   - niceness: 0 to 19: how much others go first that want the same processor.
    ///   - run: What the thread does.
    package init(_ name: String, turns: Turns, niceness: Int32 = 0, _ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Body(name, turns, niceness, run)
        hasEnded = body.hasEnded
        // because the retained body is taken over by the thread, exactly once
        let context = unsafe Unmanaged.passRetained(body).toOpaque()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                unsafe clinux_name_thread(body.name)
                switch body.turns {
                case .short: clinux_take_turns(CLINUX_SHORT_TURN)
                case .long: clinux_take_turns(CLINUX_LONG_TURN)
                }
                if body.niceness > 0 { clinux_be_nice(body.niceness) }
                body.run()
                body.hasEnded.signal()
                return nil
            },
            context
        )
        precondition(result == 0, "the system gives no thread for \(name): error \(result)")
        self.thread = thread
    }

    /// Waits until the thread has ended.
    ///
    /// Once only.
    package func join() { pthread_join(thread, nil) }

    /// Waits until the thread has ended, at most for a time.
    ///
    /// Instead of `join`. A thread that has not ended by then is not waited for again.
    /// - Parameter limit: The longest wait.
    /// - Returns: Whether the thread has ended.
    @discardableResult
    package func join(within limit: Duration) -> Bool {
        guard hasEnded.wait(until: Semaphore.now + limit.nanoseconds) else { return false }
        pthread_join(thread, nil)
        return true
    }
}

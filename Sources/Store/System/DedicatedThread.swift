// Shared. A thread with a name.

import CLinux
import Glibc

/// A thread of its own, for work that never ends or that blocks; joined at shutdown.
///
/// It has short turns on its processor, and so has them early: hits do not wait for what fills and evicts beside them.
public final class DedicatedThread: Sendable {
    private let thread: pthread_t

    private final class Body: Sendable {
        let name: String
        let niceness: Int32
        let run: @Sendable () -> Void
        init(_ name: String, _ niceness: Int32, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.run = run
        }
    }

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: What `top -H` shows, 15 characters at most.
    ///   - niceness: 0 to 19: how much others go first that want the same processor.
    ///   - run: What the thread does.
    public init(_ name: String, niceness: Int32 = 0, _ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        // because the retained body is taken over by the thread, exactly once
        let context = unsafe Unmanaged.passRetained(Body(name, niceness, run)).toOpaque()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                unsafe clinux_name_thread(body.name)
                clinux_take_turns()
                if body.niceness > 0 { clinux_be_nice(body.niceness) }
                body.run()
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
    public func join() { pthread_join(thread, nil) }
}

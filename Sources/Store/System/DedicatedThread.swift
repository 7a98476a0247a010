// Shared. A thread with a name.

import CLinux
import Glibc

/// A thread of its own, for work that never ends or that blocks; joined at shutdown.
public final class DedicatedThread: Sendable {
    private let thread: pthread_t

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts a thread.
    ///
    /// `name` is what `top -H` shows, 15 characters at most.
    public init(_ name: String, _ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        // because the retained body is taken over by the thread, exactly once
        let context = unsafe Unmanaged.passRetained(Body(name, run)).toOpaque()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                unsafe clinux_name_thread(body.name)
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

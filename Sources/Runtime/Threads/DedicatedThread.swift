// Shared. A thread with a name, for work that never ends or that blocks. Whoever starts it joins it, or leaves it to end by
// itself.
//
// The thread takes no signal but those of its own faults: signals reach the threads that handle them, and a broken connection
// is an error rather than SIGPIPE.

import CLinux
import Glibc
import Synchronization

/// A thread that runs one function, once.
public final class DedicatedThread: Sendable {
    /// How long the thread runs while others want its processor.
    ///
    /// A thread with short slices runs before one with long ones as soon as it wakes: hits do not wait for threads that store
    /// and evict.
    public enum Slices: Sendable {
        /// For work that clients wait for.
        case short
        /// For work that nobody waits for.
        case long
    }

    private let thread: Lock<pthread_t?>
    private let hasEnded: CountingSemaphore

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: The name in `top -H`; 15 bytes at most.
    ///   - slices: See `Slices`.
    ///   - niceness: 0 to 19. A thread of more gets less of a processor that others want.
    ///   - run: The thread's work.
    /// - Throws: Where the system has no thread left.
    public init(
        _ name: String,
        slices: Slices,
        niceness: Int32 = 0,
        _ run: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let start = Start(name, slices, niceness, run)
        hasEnded = start.hasEnded
        var thread = pthread_t()
        var blocked = sigset_t()
        var former = sigset_t()
        // because pthreads take pointers: all of them are to this stack, but `start`, which the thread takes over
        unsafe sigfillset(&blocked)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { unsafe sigdelset(&blocked, fault) }
        unsafe pthread_sigmask(SIG_SETMASK, &blocked, &former)
        let box = unsafe Unmanaged.passRetained(start)
        let code = unsafe pthread_create(&thread, nil, runStart, box.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &former, nil)
        guard code == 0 else {
            unsafe box.release()  // because the thread that would have released it does not exist
            throw SystemError("start thread", code: code)
        }
        self.thread = Lock(thread)
    }

    /// Starts a thread without which larder cannot run; the process ends where the system has none left.
    public static func start(
        _ name: String,
        slices: Slices,
        niceness: Int32 = 0,
        _ run: @escaping @Sendable () -> Void
    ) -> DedicatedThread {
        do throws(SystemError) {
            return try DedicatedThread(name, slices: slices, niceness: niceness, run)
        } catch {
            preconditionFailure("the system gives no thread for \(name): error \(error.code)")
        }
    }

    /// Waits for the thread's end; returns at once where it was joined before.
    public func join() {
        guard let thread = take() else { return }
        precondition(pthread_equal(thread, pthread_self()) == 0, "a thread cannot wait for its own end")
        pthread_join(thread, nil)
    }

    /// Waits for the thread's end for at most a time.
    ///
    /// - Returns: Whether the thread has ended. One that has not is left behind: its memory is freed when it ends.
    @discardableResult
    public func join(within limit: Duration) -> Bool {
        guard hasEnded.wait(until: .now + limit) else { return false }
        join()
        return true
    }

    private func take() -> pthread_t? {
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
    }

    deinit {
        if let thread = take() { pthread_detach(thread) }
    }
}

private final class Start: Sendable {
    let name: String
    let slices: DedicatedThread.Slices
    let niceness: Int32
    let run: @Sendable () -> Void
    let hasEnded = CountingSemaphore()

    init(_ name: String, _ slices: DedicatedThread.Slices, _ niceness: Int32, _ run: @escaping @Sendable () -> Void) {
        self.name = name
        self.slices = slices
        self.niceness = niceness
        self.run = run
    }
}

private func runStart(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }  // because pthreads pass a context as a pointer
    let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()  // because `init` retained it for us
    unsafe clinux_name_thread(start.name)  // because the name is copied
    switch start.slices {
    case .short: clinux_take_turns(CLINUX_SHORT_TURN)
    case .long: clinux_take_turns(CLINUX_LONG_TURN)
    }
    if start.niceness > 0 { clinux_be_nice(start.niceness) }
    start.run()
    start.hasEnded.signal()
    return nil
}

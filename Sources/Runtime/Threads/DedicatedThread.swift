// Shared. A thread with a name, for work that never ends or that blocks. Its starter waits for its end, or lets it end
// by itself.
//
// The thread receives only signals of its own faults: others go to the threads that handle them, and a broken
// connection is an error instead of SIGPIPE.

import CLinux
import Glibc
import Synchronization

/// A thread that runs one function, once.
public final class DedicatedThread: Sendable {
    /// How long the thread runs while others want its processor.
    ///
    /// As soon as a thread with short slices wakes, it runs before one with long slices: hits do not wait for threads
    /// that store and evict.
    public enum Slices: Sendable {
        /// For work that clients wait for.
        case short
        /// For work that nobody waits for.
        case long
    }

    /// Valid only while the thread runs: it is detached from its start.
    private let thread: pthread_t
    private let ending: Ending

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: The name in `top -H`; 15 bytes at most.
    ///   - slices: See `Slices`.
    ///   - niceness: 0 to 19. A thread with a higher value gets less of a busy processor.
    ///   - run: The thread's work.
    /// - Throws: If the system has no thread left.
    public init(
        _ name: String,
        slices: Slices,
        niceness: Int32 = 0,
        _ run: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let start = Start(name, slices, niceness, run)
        ending = start.ending
        var attributes = pthread_attr_t()
        var thread = pthread_t()
        var blocked = sigset_t()
        var former = sigset_t()
        // because pthreads take pointers: all of them are to this stack, but `start`, which the thread takes over
        unsafe sigfillset(&blocked)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { unsafe sigdelset(&blocked, fault) }
        unsafe pthread_sigmask(SIG_SETMASK, &blocked, &former)
        let box = unsafe Unmanaged.passRetained(start)
        unsafe pthread_attr_init(&attributes)
        // Not detached later, from outside: glibc would then read memory of a thread that may have ended (its bug
        // 19951).
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let code = unsafe pthread_create(&thread, &attributes, runStart, box.toOpaque())
        unsafe pthread_attr_destroy(&attributes)
        unsafe pthread_sigmask(SIG_SETMASK, &former, nil)
        guard code == 0 else {
            unsafe box.release()  // because the thread that would have released it does not exist
            throw SystemError("start thread", code: code)
        }
        self.thread = thread
    }

    /// Starts a thread that larder cannot run without; the process ends if the system has no thread left.
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

    /// Waits for the end of the thread's work; may be called any number of times.
    public func join() {
        precondition(
            ending.isOver || pthread_equal(thread, pthread_self()) == 0,
            "a thread cannot wait for its own end"
        )
        ending.wait()
    }

    /// Waits for the end of the thread's work for at most a time.
    ///
    /// - Returns: Whether it has ended. A thread that has not is left behind.
    @discardableResult
    public func join(within limit: Duration) -> Bool { ending.wait(until: .now + limit) }
}

/// The end of a thread's work, which any number of threads may wait for.
private final class Ending: Sendable {
    private let over = Atomic<Bool>(false)
    private let semaphore = CountingSemaphore()

    var isOver: Bool { over.load(ordering: .acquiring) }

    func arrive() {
        over.store(true, ordering: .releasing)
        semaphore.signal()
    }

    func wait() {
        semaphore.wait()
        // For the next waiting thread.
        semaphore.signal()
    }

    func wait(until deadline: Instant) -> Bool {
        guard semaphore.wait(until: deadline) else { return false }
        semaphore.signal()
        return true
    }
}

private final class Start: Sendable {
    let name: String
    let slices: DedicatedThread.Slices
    let niceness: Int32
    let run: @Sendable () -> Void
    let ending = Ending()

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
    start.ending.arrive()
    return nil
}

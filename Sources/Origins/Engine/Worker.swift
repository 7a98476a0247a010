// Shared. One thread with a name; blocks every signal, so that signals reach the threads that handle them and a broken
// connection is an error rather than SIGPIPE. Joined once, or left to end by itself when let go.

import CLinux
import Glibc
import Synchronization

/// A thread that runs one function.
final class Worker: Sendable {
    private let thread: Mutex<pthread_t?>

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: At most 15 bytes, for `ps` and debuggers.
    ///   - body: What the thread runs, once.
    /// - Throws: `resources` when the system gives no thread.
    init(name: String, body: @escaping @Sendable () -> Void) throws(OriginError) {
        let start = Start(name: name, body: body)
        var thread = pthread_t()
        var all = sigset_t()
        var former = sigset_t()
        // because pthreads take pointers: all of them live on this stack, but `start`, which the thread takes over
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &former)
        let box = unsafe Unmanaged.passRetained(start)
        let code = unsafe pthread_create(&thread, nil, runStart, box.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &former, nil)
        guard code == 0 else {
            unsafe box.release()  // because the thread that would have released it does not exist
            throw OriginError(kind: .resources, operation: "start thread", subject: name, code: Int(code))
        }
        self.thread = Mutex(thread)
    }

    /// Waits for the thread to end; at once when it was joined before.
    func join() {
        let joined = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let joined else { return }
        precondition(pthread_equal(joined, pthread_self()) == 0, "a thread cannot wait for its own end")
        pthread_join(joined, nil)
    }

    deinit {
        if let thread = thread.withLock({ $0 }) { pthread_detach(thread) }
    }
}

private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runStart(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }  // because pthreads pass a context as a pointer
    let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()  // because `init` retained it for us
    unsafe clinux_name_thread(start.name)  // because the name is copied
    clinux_take_turns(CLINUX_SHORT_TURN)
    start.body()
    return nil
}

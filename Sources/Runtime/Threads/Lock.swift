// Shared. A value behind a lock: Synchronization's Mutex, under a name of its own.
//
// The thread sanitizer sees pthread's locks, but not the waiting half of Mutex, which is in a library without
// instrumentation: it would report a contended Mutex as a race. So its builds use pthread's mutex instead (decision 7).

#if THREAD_SANITIZER

import Glibc

// because the value is touched only between lock and unlock, and the pointer never leaves this class
@safe public final class Lock<Value: ~Copyable>: @unchecked Sendable {
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    public init(_ value: consuming sending Value) {
        self.value = value
        // because pthread needs an address that stays; it is given back at deinit and seen by this class alone
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        // because nobody else can hold the lock any more
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    public func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        unsafe pthread_mutex_lock(mutex)  // because the pointer lives as long as this object
        defer { unsafe pthread_mutex_unlock(mutex) }  // because as above
        return try body(&value)
    }
}

#else

public import Synchronization

public typealias Lock<Value: ~Copyable> = Synchronization.Mutex<Value>

#endif

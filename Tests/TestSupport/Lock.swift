// Shared: a value behind a lock, as Synchronization's Mutex is. The thread sanitizer sees pthread's locks but not
// the waiting half of Mutex, which is compiled into an uninstrumented library: a contended Mutex is reported as a race.
// The test kit is contended on purpose, so it uses this. The lock lives at a fixed address, as pthread demands.

import Glibc

// because the value is touched only between lock and unlock, and the pointer never leaves this class
@safe package final class Lock<Value: Sendable>: @unchecked Sendable {
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    package init(_ value: Value) {
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

    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(mutex)  // because the pointer lives as long as this object
        defer { unsafe pthread_mutex_unlock(mutex) }  // because as above
        return try body(&value)
    }
}

// Stateless. Detached threads for the blocking half of the test kit. Swift's own pool has a thread a core, so a test
// that blocks there can starve what it waits for.

import Glibc

/// Runs the body on a thread of its own.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    // because pthread_create hands over one untyped pointer: it owns the box until the thread takes it
    let argument = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)  // because pthreads take pointers
    // Not detached afterwards: glibc then reads the memory of a thread that may have ended (its bug 19951).
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))  // because as above
    let result = unsafe pthread_create(
        &thread,
        &attributes,
        { argument in
            if let argument = unsafe argument { unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        },
        argument
    )
    precondition(result == 0, "pthread_create failed with \(result)")
    unsafe pthread_attr_destroy(&attributes)  // because as above
}

/// Runs blocking work on a thread of its own and waits for it without blocking a Swift task's thread.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        startThread { continuation.resume(with: Result(catching: work)) }
    }
}

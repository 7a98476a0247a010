// Stateless. Waits that no change of the wall clock lengthens.

import Runtime
import TestSupport
import Testing

@Suite("waits end by the monotonic clock")
struct SemaphoreTests {
    @Test("a wait without a signal ends at its deadline; one with a signal takes it")
    func wait() async throws {
        try await onThread {
            let semaphore = CountingSemaphore()
            let began = Instant.now
            let past = began + .nanoseconds(-1)
            #expect(!semaphore.wait(until: began + .milliseconds(20)))
            #expect(Instant.now - began >= .milliseconds(20))
            #expect(!semaphore.wait(until: past))
            semaphore.signal()
            semaphore.signal()
            #expect(semaphore.wait(until: past))
            semaphore.wait()
            #expect(!semaphore.wait(until: .now))
        }
    }
}

// Stateless: the semaphore behind the store's queues, whose waits no change of the wall clock lengthens.

import TestSupport
import Testing

@testable import Store

@Suite("waits end by the monotonic clock")
struct SemaphoreTests {
    @Test("a wait without a signal ends at its deadline; one with a signal takes it")
    func wait() async throws {
        try await onThread {
            let semaphore = Semaphore()
            let began = Semaphore.now
            #expect(!semaphore.wait(until: began + 20_000_000))
            #expect(Semaphore.now - began >= 20_000_000)
            #expect(!semaphore.wait(until: began - 1))
            semaphore.signal()
            semaphore.signal()
            #expect(semaphore.wait(until: began - 1))
            semaphore.wait()
            #expect(!semaphore.wait(until: Semaphore.now))
        }
    }

    @Test("a job posted to an inbox that sleeps is there at once; without one its patience ends")
    func inbox() async throws {
        let inbox = Inbox<Int>()
        async let batch = onThread { inbox.next(within: .seconds(600)) }
        #expect(inbox.post(1))
        #expect(try await batch == [1])
        #expect(try await onThread { inbox.next(within: .milliseconds(5)) } == [])
        inbox.close()
        #expect(try await onThread { inbox.next(within: .seconds(600)) } == nil)
    }
}

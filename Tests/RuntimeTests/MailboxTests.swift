// Stateless. How messages reach a thread, and what a full mailbox does.

import Runtime
import Synchronization
import TestSupport
import Testing

@Suite("a mailbox")
struct MailboxTests {
    private typealias Inbox = Mailbox<Int, CountingSemaphore>

    @Test("a message posted to a receiver that sleeps is there at once; without one its patience ends")
    func wakes() async throws {
        let inbox = Inbox(limit: 10)
        async let batch = onThread { inbox.next(within: .seconds(600)) }
        #expect(inbox.post(1))
        #expect(try await batch == [1])
        #expect(try await onThread { inbox.next(within: .milliseconds(5)) } == [])
        inbox.close()
        #expect(try await onThread { inbox.next(within: .seconds(600)) } == nil)
    }

    @Test("closed, it gives what is there and takes nothing more")
    func closed() {
        let inbox = Inbox(limit: 10)
        #expect(inbox.post(1))
        inbox.close()
        #expect(!inbox.post(2))
        #expect(inbox.next(within: .zero) == [1])
        #expect(inbox.next(within: .zero) == nil)
    }

    @Test("past its limit it drops nothing; each time that the limit is reached counts and is reported once")
    func full() {
        let reports = Lock(0)
        let inbox = Inbox(limit: 3) { reports.withLock { $0 += 1 } }
        for number in 1...5 { #expect(inbox.post(number)) }
        #expect(inbox.timesFull == 1)
        #expect(inbox.take() == [1, 2, 3, 4, 5])
        for number in 1...2 { inbox.post(number) }
        #expect(inbox.timesFull == 1)
        inbox.post(3)
        #expect(inbox.timesFull == 2 && reports.withLock { $0 } == 2)
    }

    @Test("a receiver that wants to sleep stays awake where a message waits")
    func staysAwake() throws {
        let box = Mailbox<Int, EventCounter>(limit: 10, receiver: try EventCounter())
        #expect(box.fallAsleep())
        box.post(1)
        #expect(!box.fallAsleep())
        var batch: [Int] = []
        box.take(into: &batch)
        #expect(batch == [1])
        #expect(box.fallAsleep())
    }

    @Test("a message wakes a receiver that waits for descriptors")
    func wakesPoller() async throws {
        let poller = try Poller()
        let box = Mailbox<Int, EventCounter>(limit: 10, receiver: try EventCounter())
        #expect(poller.addEdges(of: box.receiver.number))
        for round in 1...3 {
            async let found = onThread {
                var events = Poller.room
                while box.fallAsleep() { _ = poller.wait(into: &events, milliseconds: 60_000) }
                return box.take()
            }
            box.post(round)
            #expect(try await found == [round])
        }
    }
}

// Stateless. The bound of a pool's queue, and its two ends.

import Runtime
import Synchronization
import TestSupport
import Testing

@Suite("a blocking pool")
struct BlockingPoolTests {
    @Test("the pool takes no more than its bound, but for what is bounded elsewhere")
    func bound() throws {
        let pool = try BlockingPool(threads: ["test-pool"], limit: 3)
        let (gate, isHeld, isDone) = (Gate(), Gate(), Gate())
        #expect(
            pool.submit {
                isHeld.open()
                try? gate.wait()
            }
        )
        try isHeld.wait()
        for _ in 0..<3 { #expect(pool.submit {}) }
        #expect(pool.timesFull == 0)
        #expect(!pool.submit {})
        #expect(pool.submit(isBounded: false) { isDone.open() })
        #expect(pool.timesFull == 1)
        gate.open()
        try isDone.wait()
        #expect(pool.submit {})
        pool.shutDown()
        #expect(!pool.submit {})
        #expect(pool.timesFull == 1)
    }

    @Test("abandoned, it drops what waits and does not wait for a thread that hangs")
    func abandoned() async throws {
        let pool = try BlockingPool(threads: ["test-pool"])
        let (gate, isHeld, isOver) = (Gate(), Gate(), Gate())
        let isRun = Lock(false)
        #expect(
            pool.submit {
                isHeld.open()
                try? gate.wait()
                isOver.open()
            }
        )
        try isHeld.wait()
        #expect(pool.submit { isRun.withLock { $0 = true } })
        pool.abandon()
        #expect(!pool.submit {})
        await #expect(throws: CancellationError.self) { try await pool.run {} }
        gate.open()
        try isOver.wait()
        #expect(!isRun.withLock { $0 })
    }

    @Test("shut down, it does what waits first")
    func shutDown() throws {
        let pool = try BlockingPool(threads: ["test-pool-1", "test-pool-2"])
        let done = Lock(0)
        for _ in 0..<100 { #expect(pool.submit { done.withLock { $0 += 1 } }) }
        pool.shutDown()
        #expect(done.withLock { $0 } == 100)
    }
}

// Pure. What gets a place in a memory tier that is full.

import Testing

@testable import Proxy

@Suite("What memory has a place for: the doorkeeper")
struct DoorkeeperTests {
    @Test("what was read a short while ago is let in, what was read once is not, but for one in 64")
    func second() {
        var doorkeeper = Doorkeeper()
        let first = (1...1000).map { doorkeeper.admits(UInt64($0)) }
        #expect(first.filter { $0 }.count == 1000 / 64)
        let second = (1...1000).map { doorkeeper.admits(UInt64($0)) }
        #expect(second.allSatisfy { $0 })
    }

    @Test("what was read long ago counts as never read")
    func longAgo() {
        var doorkeeper = Doorkeeper()
        _ = doorkeeper.admits(1)
        let others = (2...5000).map { doorkeeper.admits(UInt64($0)) }
        #expect(others.filter { $0 }.count == 5000 / 64)
        let isAdmitted = doorkeeper.admits(1)
        #expect(!isAdmitted)
    }
}

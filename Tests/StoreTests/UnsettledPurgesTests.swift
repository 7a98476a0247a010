import Runtime
import Testing

@testable import Store

@Suite("Purges that are not settled")
struct UnsettledPurgesTests {
    private static func sweep(_ rule: PurgeRule, hasBan: Bool = false, isDurable: Bool = false) -> Sweep {
        Sweep(rule: rule, epoch: 2, hasBan: hasBan, isDurable: isDurable)
    }

    @Test(
        "Where rows are missing, only purges that are not on the disk are tried",
        arguments: [(true, [.all, .withoutHost], []), (false, [.all], [.withoutHost])]
            as [(Bool, [PurgeRule], [PurgeRule])]
    )
    func due(isWhole: Bool, due: [PurgeRule], left: [PurgeRule]) {
        var purges = UnsettledPurges([Self.sweep(.all), Self.sweep(.withoutHost, hasBan: true, isDurable: true)])
        #expect(purges.undurable == 1)
        let taken = purges.takeDue(isWhole: isWhole).map(\.rule)
        #expect(taken == due)
        #expect(purges.sweeps.map(\.rule) == left && purges.undurable == 0)
    }

    @Test("A try comes at once, the next one after a pause")
    func pause() {
        var purges = UnsettledPurges()
        let now = Instant.now
        #expect(!purges.isDue(at: now))
        purges.keep(Self.sweep(.all))
        #expect(purges.isDue(at: now))
        purges.tried(at: now)
        #expect(!purges.isDue(at: now + UnsettledPurges.pause - .milliseconds(1)))
        #expect(purges.isDue(at: now + UnsettledPurges.pause))
    }

    @Test("A purge that is kept answers nobody a second time")
    func completion() {
        var purges = UnsettledPurges()
        purges.keep(Sweep(rule: .all, epoch: 2) { _ in Issue.record("It is called.") })
        #expect(purges.sweeps.first?.completion == nil)
    }

    @Test("A file that is opened says which rules it has, and adds those of an earlier run")
    func adopt() {
        var purges = UnsettledPurges([Self.sweep(.all, hasBan: true, isDurable: true), Self.sweep(.key([1]))])
        var raised: [PurgeRule] = []
        purges.adopt([.key([1]), .withoutHost]) { rule in
            raised.append(rule)
            return 7
        }
        #expect(raised == [.withoutHost])
        #expect(purges.sweeps.map(\.rule) == [.all, .key([1]), .withoutHost])
        #expect(purges.sweeps.map(\.hasBan) == [false, true, true])
        #expect(purges.sweeps.map(\.isDurable) == [false, true, true])
        #expect(purges.sweeps.map(\.epoch) == [2, 2, 7])
    }

    @Test("Past the limit one purge of everything takes their place")
    func limit() {
        var purges = UnsettledPurges()
        for _ in 0..<UnsettledPurges.limit { purges.keep(Self.sweep(.all)) }
        #expect(!purges.isOverLimit)
        purges.keep(Self.sweep(.all))
        #expect(purges.isOverLimit)
        let all = purges.takeAll()
        #expect(all.count == UnsettledPurges.limit + 1 && purges.sweeps.isEmpty)
    }
}

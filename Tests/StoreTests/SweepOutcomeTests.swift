import Testing

@testable import Store

@Suite("What becomes of a purge's rule")
struct SweepOutcomeTests {
    private static let group = PurgeRule.group(name: [1], scope: [2])

    @Test(
        "A rule ends once its sweep is whole; a group that cannot be swept becomes wider",
        arguments: [
            (PurgeRule.key([1]), true, false, .over), (.prefix([1]), true, true, .over), (.all, true, true, .over),
            (group, true, true, .over),
            (.key([1]), false, true, .kept(isRetired: true)), (.key([1]), false, false, .kept(isRetired: false)),
            (.prefix([1]), false, true, .kept(isRetired: false)), (.glob([1]), false, true, .kept(isRetired: false)),
            (.withoutHost, false, true, .kept(isRetired: false)), (.all, false, true, .kept(isRetired: false)),
            (group, false, true, .widened(scope: [2])), (group, false, false, .widened(scope: [2])),
        ] as [(PurgeRule, Bool, Bool, SweepOutcome)]
    )
    func outcome(of rule: PurgeRule, isSwept: Bool, isLoaded: Bool, is expected: SweepOutcome) {
        #expect(SweepOutcome(of: rule, isSwept: isSwept, isLoaded: isLoaded) == expected)
    }

    @Test(
        "A rule goes to the disk unless its rows go in the same transaction, or the index knows no members",
        arguments: [
            (PurgeRule.key([1]), hasBan: false, isWhole: true, false), (.key([1]), false, false, true),
            (group, false, true, true), (group, false, false, false), (.prefix([1]), false, true, true),
            (.all, false, false, true), (.all, true, false, false), (.key([1]), true, false, false),
        ]
    )
    func ban(of rule: PurgeRule, hasBan: Bool, isWhole: Bool, isNeeded: Bool) {
        #expect(Sweep(rule: rule, epoch: 2, hasBan: hasBan).needsBan(isWhole: isWhole) == isNeeded)
    }

    @Test(
        "A rule leaves the disk once every purge of it is over",
        arguments: [
            ([(PurgeRule.all, true, true)], [PurgeRule.all]), ([(.all, true, false)], []),
            ([(.all, true, true), (.all, true, false)], []), ([(.all, false, true)], []),
            ([(.all, true, true), (.all, false, false), (.withoutHost, true, true)], [.all, .withoutHost]),
        ] as [([(PurgeRule, hasBan: Bool, isSwept: Bool)], Set<PurgeRule>)]
    )
    func bansOver(of purges: [(rule: PurgeRule, hasBan: Bool, isSwept: Bool)], are expected: Set<PurgeRule>) {
        let batch = purges.map { Sweep(rule: $0.rule, epoch: 2, hasBan: $0.hasBan) }
        #expect(Sweep.bansOver(of: batch, isSwept: purges.map(\.isSwept)) == expected)
    }
}

// Stateless. What eviction decides, as values, without a disk.

import TestSupport
import Testing

@testable import Store

@Suite("decision 40: counts, rank, admission threshold, ghosts, rings, survivors as pure rules")
struct EvictionRuleTests {
    @Test("accesses: a new response counts one and a half, each access one more, saturating")
    func counting() {
        var count = AccessCount.first(at: 3)
        #expect(count.value(at: 3) == 1.5)
        count.touch(at: 3)
        #expect(count.value(at: 3) == 2.5)
        for _ in 0..<40 { count.touch(at: 3) }
        #expect(count.value(at: 3) == 255.0 / 8)
        #expect(AccessCount.unknown(at: 3).value(at: 3) == 1)
    }

    @Test(
        "accesses halve with every epoch, across the end of the byte, and are gone after eight",
        arguments: [
            (0, 0, 2.5, 3.5), (0, 1, 1.25, 2.25), (254, 0, 0.625, 1.625),
            (255, 2, 0.3125, 1.25), (10, 20, 20.0 / 8192, 1), (10, 200, 0, 1),
        ] as [(UInt8, UInt8, Double, Double)]
    )
    func halving(from: UInt8, to: UInt8, before: Double, after: Double) {
        var count = AccessCount(eighths: 20, epoch: from)
        #expect(abs(count.value(at: to) - before) < 1e-12)
        count.touch(at: to)
        #expect(count.value(at: to) == after, "what is less than an eighth is lost")
    }

    @Test("an epoch is four look-ups for each stored response, a thousand at least")
    func epochs() {
        let clock = EpochClock()
        func lookups(until epoch: UInt8) -> Int {
            var count = EpochClock.batch
            while clock.advance() != epoch { count += EpochClock.batch }
            return count
        }
        #expect(lookups(until: 1) == 1_008)
        clock.count(10_000)
        #expect(lookups(until: 2) == 40_000)
        clock.count(-9_900)
        #expect(clock.responses == 100 && lookups(until: 3) == 1_008)
    }

    @Test("the rank: accesses × (1/length + 2.5/average length)")
    func worth() {
        var ranking = Ranking()
        let twice = AccessCount(eighths: 16, epoch: 0)
        #expect(abs(ranking.worth(twice, length: 10_000, at: 0) - 2 * (1e-4 + 2.5 / 50_000)) < 1e-15)
        #expect(abs(ranking.worth(twice, length: 10_000, at: 1) - (1e-4 + 2.5 / 50_000)) < 1e-15)
        for _ in 0..<100_000 { ranking.note(length: 20_000) }
        #expect(abs(ranking.averageLength - 20_000) < 10)
    }

    @Test("the first volume sets the admission threshold, main volumes move it by their size, and it can be lowered")
    func admissionThreshold() {
        var threshold = AdmissionThreshold()
        #expect(!threshold.admits(1))
        threshold.learn(10, from: .probation)
        #expect(threshold.value == 10 && threshold.admits(10) && !threshold.admits(9.9))
        threshold.learn(1_000, from: .probation)
        #expect(threshold.value == 10)
        threshold.learn(20, from: .main)
        #expect(abs(threshold.value - 10.1) < 1e-12)
        threshold.learn(20.1, from: .main, weight: 0.5)
        #expect(abs(threshold.value - 10.15) < 1e-12)
        threshold.lower()
        #expect(abs(threshold.value - 9.135) < 1e-12)
    }

    private func hash(_ number: Int) -> UInt64 { UInt64(number) &* 0x9e37_79b9_7f4a_7c15 }

    @Test("ghosts: one and a half for each stored response, with their accesses, known once", arguments: [100, 20_000])
    func ghosts(stored: Int) {
        var ghosts = GhostList()
        let seen = AccessCount(eighths: 77, epoch: 5)
        for number in 1...stored * 4 { ghosts.insert(hash(number), seen, stored: stored) }
        var known = 0
        for number in 1...stored * 4 where ghosts.recall(hash(number), stored: stored) == seen { known += 1 }
        #expect(Double(known) / Double(stored) > 1.4 && Double(known) / Double(stored) < 1.55)
        let last = stored * 4
        ghosts.insert(hash(last), seen, stored: stored)
        let taken = [last + 1, last, last].map { ghosts.recall(hash($0), stored: stored) }
        #expect(taken == [nil, seen, nil])
    }

    @Test("ghosts stay known while the list grows with the store")
    func growingGhosts() {
        var ghosts = GhostList()
        let seen = AccessCount(eighths: 9, epoch: 1)
        for number in 1...50_000 { ghosts.insert(hash(number), seen, stored: number) }
        let known = (1...50_000).count { ghosts.recall(hash($0), stored: 50_000) == seen }
        #expect(known > 45_000)
    }

    @Test(
        "a volume is a 128th of the space, 1 MiB to 1 GiB; probation has three hundredths, two volumes at least",
        arguments: [
            (16 * mebibyte, mebibyte, 2 * mebibyte),
            (1_280 * mebibyte, 10 * mebibyte, 1_280 * mebibyte * 3 / 100), (1 << 40, 1 << 30, (1 << 40) * 3 / 100),
        ] as [(Int64, Int64, Int64)]
    )
    func capacity(budget: Int64, capacity: Int64, probation: Int64) {
        let rings = VolumeRings(budget: budget)
        #expect(rings.volumeCapacity == capacity && rings.singleThreshold == capacity / 4)
        #expect(rings.probationTarget == probation && rings.largestBody == budget / 10)
    }

    private func slot(_ number: UInt32, _ charge: Int64, isSingle: Bool = false) -> VolumeSlot {
        VolumeSlot(volume: number, charge: charge * mebibyte, isSingle: isSingle)
    }

    @Test("probation gives way first where it has more than its share, else the main ring; never what is being written")
    func victims() {
        var eviction = Eviction(budget: 100 * mebibyte)
        eviction.add(slot(1, 3), to: .probation)
        eviction.add(slot(2, 40), to: .main)
        #expect(eviction.nextVictim(busy: [])?.slot.volume == 2)
        #expect(eviction.nextVictim(busy: [2])?.slot.volume == 1)
        eviction.add(slot(3, 3), to: .probation)
        #expect(eviction.nextVictim(busy: []) == Eviction.Victim(slot: slot(1, 3), ring: .probation))
        #expect(eviction.nextVictim(busy: [1])?.slot.volume == 3)
        #expect(eviction.nextVictim(busy: [1, 3])?.slot.volume == 2)
        #expect(eviction.nextVictim(busy: [1, 2, 3]) == nil)
        eviction.open(3, capacity: 3 * mebibyte, in: .probation)
        #expect(eviction.nextVictim(busy: [1, 2]) == nil)
        #expect(eviction.rings.used == 46 * mebibyte)
        eviction.setCharge(of: 2, to: 10 * mebibyte)
        eviction.drop(1)
        #expect(eviction.rings.used == 13 * mebibyte)
        #expect(eviction.rings.hasRoom(for: 87 * mebibyte, spare: false))
        #expect(!eviction.rings.hasRoom(for: 87 * mebibyte, spare: true))
    }

    @Test("an admission threshold that keeps all from the main ring is lowered after 32 volumes of probation in a row")
    func row() {
        var eviction = Eviction(budget: 100 * mebibyte)
        eviction.add(slot(1, 40), to: .main)
        eviction.add(slot(2, 20), to: .probation)
        _ = eviction.judge(Eviction.Victim(slot: slot(9, 1), ring: .main), holding: [entry(1, 100)], at: 100)
        let first = eviction.threshold.value
        for _ in 0..<32 { #expect(eviction.takeVictim(busy: [])?.ring == .probation) }
        #expect(eviction.threshold.value == first)
        _ = eviction.takeVictim(busy: [])
        #expect(eviction.threshold.value == first * 0.9)
    }

    private func candidates(_ worths: [Double], _ length: Int64) -> [(entry: CatalogEntry, worth: Double)] {
        worths.enumerated().map { (entry(UInt64($0.offset), length), $0.element) }
    }

    @Test(
        "survivors: the best first, two thirds of the volume at most, none below the least or worth nothing",
        arguments: [
            (0, 100_000, [4, 2, 1, 3], 0),
            (2, 100_000, [4, 2], 1.5), (0, 3_840, [4, 2], 1.5),
            (6, 100_000, [], 5),
        ] as [(Double, Int64, [UInt64], Double)]
    )
    func survivors(least: Double, charge: Int64, kept: [UInt64], gone: Double) {
        let survivors = Survivors(of: candidates([0, 1.5, 3, 1, 5], 1_000), charge: charge, least: least)
        #expect(survivors.kept.map(\.hash) == kept && survivors.bestGone == gone)
        #expect(survivors.bytes == Int64(kept.count) * 1_216)
    }

    private func stays(_ verdict: Eviction.Verdict) -> Bool {
        if case .stays = verdict { return true }
        return false
    }

    @Test("a volume of one body stays above the bar, while a third of what passes the main ring goes")
    func singles() {
        var eviction = Eviction(budget: 100 * mebibyte)
        func judge(_ ring: Ring, _ eighths: UInt8?) -> Bool {
            let held = eighths.map { [entry(1, mebibyte, accesses: AccessCount(eighths: $0, epoch: 0))] } ?? []
            return stays(eviction.judge(.init(slot: slot(1, 1, isSingle: true), ring: ring), holding: held, at: 0))
        }
        #expect(judge(.probation, 12), "the bar is not known yet")
        for _ in 0..<10 { #expect(judge(.main, 12), "a tenth of the space in advance") }
        #expect(!judge(.main, 12), "now one has to go: it is the bar")
        #expect(!judge(.main, 12), "at the bar is not above it")
        #expect((0..<4).allSatisfy { _ in judge(.main, 16) } && !judge(.main, 16), "two stay for one that went")
        #expect(judge(.probation, 16) && !judge(.probation, 11))
        #expect(!judge(.probation, nil), "a body that was purged")
    }
}

// Stateless. What a loop does at a time of its own.

import Runtime
import Testing

@Suite("Alarms of a loop")
struct AlarmTests {
    private final class Noted: Alarm {
        let number: Int
        var isOff = false

        init(_ number: Int) { self.number = number }

        func ring() {}
    }

    private static func instant(_ nanoseconds: Int) -> Instant { Instant(nanoseconds: Int64(nanoseconds)) }

    private func due(_ alarms: inout Alarms, at now: Int) -> [Int] {
        var numbers: [Int] = []
        while let alarm = alarms.takeDue(at: Self.instant(now)) as? Noted { numbers.append(alarm.number) }
        return numbers
    }

    @Test("the next first, in whatever order they come; what is called off does not ring")
    func order() {
        var alarms = Alarms()
        #expect(alarms.first == nil)
        let all = (0..<6).map(Noted.init)
        for (number, time) in [5, 1, 9, 5, 3, 12].enumerated() { alarms.add(all[number], at: Self.instant(time)) }
        #expect(alarms.first == Self.instant(1))
        #expect(due(&alarms, at: 0).isEmpty)
        all[4].isOff = true
        #expect(due(&alarms, at: 5) == [1, 0, 3])
        #expect(alarms.first == Self.instant(9))
        all[2].isOff = true
        alarms.add(Noted(7), at: Self.instant(11))
        #expect(alarms.first == Self.instant(11))
        #expect(due(&alarms, at: 100) == [7, 5])
    }
}

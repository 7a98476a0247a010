import Runtime
import Testing

@testable import Store

@Suite("What the index thread loads and rebuilds next")
struct LoadPlanTests {
    typealias Step = LoadPlan.Step

    enum Event {
        case load
        case loaded(ListPlace?)
        case rebuild([UInt32], unread: Set<UInt32> = [])
        case nextVolume(UInt32?)
        case giveUp
        case loseRows
        case opened([UInt32], needsRebuild: Bool = false)
    }

    static let place = ListPlace(key: [1], variant: [])

    @Test(
        "Each event leads to one step",
        arguments: [
            ([], nil, isIncomplete: false),
            ([.load], .load(after: nil), isIncomplete: false),
            ([.load, .loaded(place)], .load(after: place), isIncomplete: false),
            ([.load, .loaded(place), .loaded(nil)], nil, isIncomplete: false),
            // A rebuild reads the volumes from the last, then the index is loaded.
            ([.rebuild([1, 2])], .rebuild(volumes: [1, 2]), isIncomplete: false),
            ([.rebuild([1, 2]), .nextVolume(2)], .rebuild(volumes: [1]), isIncomplete: false),
            ([.rebuild([1]), .nextVolume(1), .nextVolume(nil)], .rebuild(volumes: []), isIncomplete: false),
            ([.rebuild([]), .load], .load(after: nil), isIncomplete: false),
            ([.nextVolume(nil)], nil, isIncomplete: false),
            // Rows that are lost stay lost until a rebuild begins.
            ([.loseRows], nil, isIncomplete: true),
            ([.load, .loseRows, .loaded(nil)], nil, isIncomplete: true),
            ([.rebuild([1]), .loseRows], .rebuild(volumes: [1]), isIncomplete: true),
            ([.loseRows, .rebuild([1])], .rebuild(volumes: [1]), isIncomplete: false),
            ([.rebuild([1]), .giveUp], nil, isIncomplete: true),
            ([.load, .giveUp], nil, isIncomplete: true),
            // Volumes that are opened later are read with the others, or make the index be loaded again.
            ([.rebuild([1]), .opened([5, 6])], .rebuild(volumes: [1, 5, 6]), isIncomplete: false),
            ([.load, .loaded(place), .opened([5])], .load(after: nil), isIncomplete: false),
            ([.opened([5])], .load(after: nil), isIncomplete: false),
            // The index has no rows of a volume that was closed while it was rebuilt.
            (
                [.rebuild([], unread: [5]), .load, .loaded(nil), .opened([4, 5], needsRebuild: true)], nil,
                isIncomplete: true
            ),
            ([.rebuild([], unread: [5]), .load, .loaded(nil), .opened([4])], .load(after: nil), isIncomplete: false),
        ] as [([Event], Step?, isIncomplete: Bool)]
    )
    func step(after events: [Event], is expected: Step?, isIncomplete: Bool) {
        var plan = LoadPlan()
        for event in events {
            switch event {
            case .load: plan.load()
            case .loaded(let place): plan.loaded(upTo: place)
            case .rebuild(let volumes, let unread): plan.rebuild(volumes, unread: unread)
            case .nextVolume(let number):
                let next = plan.nextVolume()
                #expect(next == number)
            case .giveUp: plan.giveUpRebuild()
            case .loseRows: plan.loseRows()
            case .opened(let volumes, let needsRebuild):
                let isNeeded = plan.opened(volumes)
                #expect(isNeeded == needsRebuild)
            }
        }
        #expect(plan.step == expected && plan.isIncomplete == isIncomplete)
        #expect(plan.needsRebuild == (isIncomplete && expected == nil))
        let isScanning = if case .rebuild = expected { true } else { false }
        #expect(plan.isRebuilding == (isScanning || isIncomplete))
    }

    @Test("A rebuild comes once a second, and at once in another directory")
    func pause() {
        var plan = LoadPlan()
        let start = Instant.now
        var results = [0, 999, 1000, 1999].map { plan.mayRebuild(at: start + .milliseconds($0)) }
        #expect(results == [true, false, true, false])
        plan.forgetLastRebuild()
        results = [1999, 2998].map { plan.mayRebuild(at: start + .milliseconds($0)) }
        #expect(results == [true, false])
    }
}

// Who leads a fill and who follows, how a permit ends, and that no more fills are in progress than allowed.

import HTTPMessage
import Logging
import NIOCore
import Origins
import Runtime
import Settings
import Store
import Synchronization
import TestSupport
import Testing

@testable import Proxy

@Suite("invariant 8: the table of fills") struct FillTableTests {
    /// What fills need: a store in a directory of its own, and an origin that nobody asks.
    private final class Surroundings {
        let services: FillServices
        private let directory: TemporaryDirectory
        private let proxy: ProxyCore

        init(limit: Int = 100) throws {
            directory = try TemporaryDirectory()
            let logger = Logger(label: "larder.test") { _ in SwiftLogNoOpLogHandler() }
            let configuration = StoreConfiguration(
                directory: directory.path("cache"),
                maximumSize: 64 << 20,
                memory: 1 << 20
            )
            let origin = OriginSettings(url: try OriginURL("http://127.0.0.1:9"))
            proxy = ProxyCore(
                store: try Store(configuration, logger: logger),
                origins: try Origins(lists: [[origin]], logger: logger),
                accessLog: nil,
                clock: .system
            )
            let settings = try Make.settings { $0.limits.fills = limit }
            let state = LoopState(loop: Loop(), proxy: proxy, counters: Counters(), settings: settings)
            services = state.fillServices(settings.routes.route(nil))
        }

        deinit {
            proxy.origins.shutDown()
            proxy.store.close()
        }

        func claim(_ key: String) -> FillClaim {
            FillClaim(key: Array(key.utf8), purpose: .fill, epoch: services.store.epoch, services: services)
        }

        func purge(_ key: String) {
            services.store.purge([.key(Array(key.utf8))]) { _, _ in }
        }
    }

    /// The fills in progress, and the most there were.
    private final class Tally: Sendable {
        let most = Atomic<Int>(0)
        private let inProgress = Atomic<Int>(0)

        func begin() { most.max(inProgress.add(1, ordering: .relaxed).newValue, ordering: .relaxed) }
        func end() { inProgress.subtract(1, ordering: .relaxed) }
    }

    private let table = FillTable()

    private func key(_ text: String) -> FillTable.Key { FillTable.Key(Array(text.utf8)) }

    private func join(_ text: String, _ around: Surroundings, _ wish: FillTable.Wish = .any) -> FillTable.Place {
        table.join(key(text), around.claim(text), wish: wish)
    }

    /// The fill and the permit of a key that nobody fills.
    private func lead(_ text: String, _ around: Surroundings) throws -> Led {
        switch join(text, around) {
        case .leader(let fill, let permit): return Led(fill, permit)
        default: throw NotLed()
        }
    }

    private struct NotLed: Error {}

    private struct Led: ~Copyable {
        let fill: Fill
        var permit: FillPermit

        init(_ fill: Fill, _ permit: consuming FillPermit) {
            self.fill = fill
            self.permit = permit
        }

        consuming func end() { permit.end() }
    }

    /// The fill that a request follows; nil if it follows none.
    private func followed(_ text: String, _ around: Surroundings, _ wish: FillTable.Wish = .any) -> Fill? {
        switch join(text, around, wish) {
        case .follower(let fill): fill
        default: nil
        }
    }

    private func isFull(_ text: String, _ around: Surroundings) -> Bool {
        switch join(text, around) {
        case .full: true
        default: false
        }
    }

    @Test("the second request for a key follows, one for another key leads")
    func collapse() throws {
        let around = try Surroundings()
        let first = try lead("/a", around)
        #expect(followed("/a", around) === first.fill)
        let second = try lead("/b", around)
        #expect(table.count == 2 && table.isFilling(key("/a")) && table.isFilling(key("/b")))
        second.end()
        first.end()
        #expect(table.count == 0 && !table.isFilling(key("/a")))
    }

    @Test("a permit that ends, or is dropped, before the fill has started sends its followers back to the store")
    func abandoned() throws {
        let around = try Surroundings()
        for isDropped in [false, true] {
            let led = try lead("/a", around)
            let fill = led.fill
            let reader = FillReader(on: Loop()) {}
            let isIn = fill.join(reader)
            #expect(isIn)
            if isDropped { _ = consume led } else { led.end() }
            guard case .abandoned = fill.progress else { return #expect(Bool(false), "abandoned") }
            #expect(!fill.join(reader) && fill.isClosed && table.count == 0)
        }
    }

    @Test("what began before a purge, or before the request, is replaced and leaves the newer one in its place")
    func replaced() throws {
        let around = try Surroundings()
        let old = try lead("/a", around)
        around.purge("/a")
        #expect(!table.isFilling(key("/a")))
        let new = try lead("/a", around)
        #expect(new.fill !== old.fill && table.count == 1)
        old.end()
        #expect(followed("/a", around) === new.fill)
        let later = new.fill.began + Duration.nanoseconds(1)
        #expect(followed("/a", around, .begun(since: new.fill.began)) === new.fill)
        #expect(followed("/a", around, .begun(since: later)) == nil)
        new.end()
        #expect(table.count == 0)
    }

    @Test("no more fills are in progress than allowed; one that has all of its response leaves room for another")
    func limit() throws {
        let around = try Surroundings(limit: 2)
        var first = try lead("/a", around)
        let second = try lead("/b", around)
        #expect(isFull("/c", around))
        #expect(followed("/a", around) === first.fill)
        first.permit.leaveRoom()
        first.permit.leaveRoom()
        let third = try lead("/c", around)
        #expect(isFull("/d", around))
        second.end()
        let fourth = try lead("/d", around)
        first.end()
        #expect(isFull("/e", around))
        third.end()
        fourth.end()
        #expect(table.count == 0)
    }

    @Test("the limit is exact across shards and threads")
    func exactLimit() async throws {
        let around = try Surroundings(limit: 5)
        let services = around.services
        let table = table
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for round in 0..<500 {
                        let bytes = Array("/\(worker)-\(round)".utf8)
                        let claim = FillClaim(key: bytes, purpose: .fill, epoch: 1, services: services)
                        switch table.join(FillTable.Key(bytes), claim, wish: .any) {
                        case .leader(_, let permit):
                            tally.begin()
                            tally.end()
                            permit.end()
                        default: break
                        }
                    }
                }
            }
        }
        let reached = tally.most.load(ordering: .relaxed)
        #expect((1...5).contains(reached) && table.count == 0)
        #expect(followed("/after", around) == nil, "all room was given back")
    }
}

// What a request on the long way does next, event by event.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime
import Settings
import Store
import Testing

@testable import Proxy

@Suite("a request's state") struct RequestStateTests {
    private static func state(_ fields: [String] = []) throws -> RequestState {
        RequestState(try Make.request("GET /a HTTP/1.1", fields, Make.settings()), epoch: 0)
    }

    @Test(
        "RFC 9111 §4: what is stored decides what is done",
        arguments: [
            (nil, [], "join fill, uri-miss"),
            (10, [], "serve hit"),
            (10, ["Cache-Control: no-cache"], "join validation, request"),
            (100, [], "join validation, stale"),
            (100, ["Cache-Control: max-stale"], "serve stale, max-stale"),
            (nil, ["Cache-Control: only-if-cached"], "refuse 504"),
            (nil, ["If-Match: \"1\""], "pass, request"),
        ] as [(Int64?, [String], String)]
    )
    func plan(age: Int64?, fields: [String], expected: String) throws {
        var state = try Self.state(fields)
        let action =
            age.map { state.read(.selected(Make.stored(age: $0)), at: now) } ?? state.found(.miss, at: now)
        #expect(action.words == expected)
    }

    @Test("RFC 5861 §3: in its grace a stale response is served and validated")
    func grace() throws {
        var state = try Self.state()
        let stored = Make.stored(age: 100) { $0.staleWhileRevalidate = 600 }
        let action = state.read(.selected(stored), at: now)
        #expect(action.words == "serve and validate stale, stale-while-revalidate")
    }

    @Test("a record that has moved is looked up again, once")
    func moved() throws {
        var state = try Self.state()
        let actions = [
            state.found(.one(Make.candidate(age: 1)), at: now).words,
            state.read(.absent, at: now).words,
            state.read(.absent, at: now).words,
        ]
        #expect(actions == ["select of 1", "look up", "join fill, uri-miss"])
    }

    @Test("look-ups come to an end: whatever changes in between, the origin is asked at last")
    func looksEnd() throws {
        var state = try Self.state()
        var actions: [String] = []
        for _ in 0..<5 {
            state.joins(.fill, .uriMiss, as: .follower)
            actions.append(state.missedFill().words)
        }
        #expect(actions == ["look up", "look up", "look up", "pass, uri-miss, counted", "pass, uri-miss, counted"])
    }

    enum From { case before, after }

    @Test(
        "what a fill brings, to its leader and to a follower",
        arguments: [
            (.leader, 200, "max-age=60", "relay 200"),
            (.follower, 200, "max-age=60", "relay 200"),
            (.leader, 200, "no-store", "relay 200"),
            (.follower, 206, "max-age=60", "pass, partial, counted"),
            (.leader, 503, "no-store", "relay 503"),
            (.pass, 206, "no-store", "relay 206"),
        ] as [(RequestState.Role, Int, String, String)]
    )
    func head(role: RequestState.Role, status: Int, control: String, expected: String) throws {
        var state = try Self.state()
        _ = state.found(.miss, at: now)
        state.joins(.fill, .uriMiss, as: role)
        let head = Make.fillHead(status, [("Cache-Control", control), ("ETag", "\"1\"")], for: state.request)
        #expect(Self.progress(&state, SomeFill(progress: .head(head))).words == expected)
    }

    @Test("an answer that is one client's alone is not another's")
    func alone() throws {
        for (role, expected) in [(RequestState.Role.leader, "relay 200"), (.follower, "pass, uri-miss, counted")] {
            var state = try Self.state()
            state.joins(.fill, .uriMiss, as: role)
            let head = Make.fillHead(200, [("Cache-Control", "no-store")], for: state.request)
            #expect(Self.progress(&state, SomeFill(progress: .alone(head))).words == expected)
        }
    }

    @Test(
        "RFC 9111 §4: an answer asked for before the request arrived has to be reusable for it",
        arguments: [
            ("max-age=60", [], false, "relay 200"),
            ("no-cache", [], false, "join fill, uri-miss, counted"),
            ("no-cache", [], true, "wait"),
            ("max-age=60", ["Cache-Control: no-cache"], false, "join fill, uri-miss, counted"),
        ] as [(String, [String], Bool, String)]
    )
    func tooOld(control: String, fields: [String], isSettling: Bool, expected: String) throws {
        var state = try Self.state(fields)
        state.joins(.fill, .uriMiss, as: .follower)
        let head = Make.fillHead(200, [("Cache-Control", control), ("ETag", "\"1\"")], for: state.request)
        var fill = SomeFill(progress: .head(head))
        fill.began = arrival - .seconds(1)
        fill.isSettling = isSettling
        #expect(Self.progress(&state, fill).words == expected)
        let wish = state.fillWish
        #expect(wish == (expected.hasPrefix("join") ? .begun(since: arrival) : .any))
    }

    @Test("a fill whose leader asked for nothing is looked behind, as long as look-ups are left")
    func abandoned() throws {
        var state = try Self.state()
        var actions: [String] = []
        for _ in 0..<4 {
            state.joins(.fill, .uriMiss, as: .follower)
            actions.append(Self.progress(&state, SomeFill(progress: .abandoned)).words)
        }
        #expect(actions == ["look up", "look up", "look up", "join fill, uri-miss, counted"])
    }

    @Test("RFC 9111 §4.1: a follower of another variant has a fill of its own")
    func otherVariant() throws {
        var state = try Self.state()
        state.joins(.fill, .uriMiss, as: .follower)
        let fields = [("Cache-Control", "max-age=60"), ("Vary", "Accept")]
        let head = Make.fillHead(200, fields, for: state.request)
        let fill = SomeFill(progress: .head(head), variant: "accept:image/webp")
        #expect(Self.progress(&state, fill).words == "join fill, vary-miss, counted")
        #expect(state.varyNames.map { $0.lowercased() } == ["accept"])
    }

    @Test(
        "RFC 5861 §4: when every origin fails, a stale response that allows it stands in",
        arguments: [(UInt32(0), "fail reset"), (600, "serve stale, stale-if-error")]
    )
    func everyOriginFails(staleIfError: UInt32, expected: String) throws {
        var state = try Self.state()
        let stored = Make.stored(age: 100) { facts in
            facts.staleIfError = staleIfError
            if staleIfError == 0 { facts.flags.insert(.mustRevalidate) }
        }
        _ = state.read(.selected(stored), at: now)
        state.joins(.validate(stored), .stale, as: .leader)
        let error = OriginError(kind: .reset, operation: "receive", subject: "http://a")
        #expect(Self.progress(&state, SomeFill(progress: .failed(error))).words == expected)
    }

    @Test("a validation that succeeds serves what is stored, to its leader and to followers")
    func validated() throws {
        for role in [RequestState.Role.leader, .follower] {
            var state = try Self.state()
            let stored = Make.stored(age: 100)
            _ = state.read(.selected(stored), at: now)
            state.joins(.validate(stored), .stale, as: role)
            let fresh = Make.stored(age: 0)
            let fill = SomeFill(progress: .notModified(fresh, nil, own: Fields()))
            #expect(Self.progress(&state, fill).words == "serve validated, forwarded 304")
        }
    }

    @Test("a disk that is late is gone round once; where the origin has nothing better, the disk is waited for")
    func detour() throws {
        var state = try Self.state()
        _ = state.found(.one(Make.candidate(age: 1)), at: now)
        let first = state.detour(at: now)
        #expect(first == .fill(.uriMiss))
        let action = state.takesDetour([], at: now)
        #expect(action.words == "join fill, miss, counted")
        let (second, hasFallback) = (state.detour(at: now), state.hasFallback(at: now))
        #expect(second == nil && hasFallback)
        state.joins(.fill, .miss, as: .leader)
        let head = Make.fillHead(404, [("Cache-Control", "max-age=60")], for: state.request)
        #expect(Self.progress(&state, SomeFill(progress: .head(head))).words == "look up")
        let (isForwarding, stillHas) = (state.forward != nil, state.hasFallback(at: now))
        #expect(!isForwarding && !stillHas)
    }

    private static func progress(_ state: inout RequestState, _ fill: SomeFill) -> RequestAction {
        state.progressed(fill, at: now, variantKey: { _ in "" }, selects: { _ in true })
    }
}

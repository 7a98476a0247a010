// Scenarios. Variants of one URI that are asked for at the same time.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9111 §4.1: variants that are filled side by side")
struct VariantFillTests {
    @Test("each variant has one fill, whoever came first for the URI, and is stored", arguments: [false, true])
    func parallel(isKnown: Bool) async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.respond { request in
            let type = request.field("Accept") ?? ""
            let answer = ScriptedOrigin.Step.text(type, fields: fields("max-age=60", ("Vary", "Accept")))
            return type == "text/known" ? [answer] : [.hold(gate), answer]
        }
        try await withLarder(origin) { larder in
            if isKnown { try await larder.fill("/a", [("Accept", "text/known")]) }
            let known = isKnown ? 1 : 0
            async let texts = withThrowingTaskGroup(of: (String, String).self) { group in
                for number in 0..<12 {
                    let type = "text/v\(number % 3)"
                    group.addTask { (type, try await larder.get("/a", [("Accept", type)]).text) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // Where it is not known yet that there are variants, all wait for the first head.
            try await larder.reaches(.followers, isKnown ? 9 : 11)
            try await origin.waitForRequests(known + (isKnown ? 3 : 1))
            gate.open()
            for (type, text) in try await texts { #expect(type == text) }
            await larder.settle()
            #expect(origin.requestCount() == known + 3)
            for number in 0..<3 {
                let hit = try await larder.get("/a", [("Accept", "text/v\(number)")])
                #expect(hit.isHit)
                #expect(hit.text == "text/v\(number)")
            }
        }
    }

    @Test("§4.1: once a URI varies, what was stored before is no answer for other variants")
    func beginsToVary() async throws {
        let origin = try ScriptedOrigin()
        let none = [("Cache-Control", "max-age=60"), ("Age", "20")]
        let other = fields("max-age=60", ("Vary", "Accept"))
        origin.on(
            "/a",
            times: [[.text("old", fields: none)], [.text("new", fields: other)], [.text("third", fields: other)]]
        )
        try await withLarder(origin) { larder in
            let old = try await larder.fill("/a", [("Accept", "a/b")])
            let new = try await larder.fill("/a", [("Accept", "a/c"), ("Cache-Control", "no-cache")])
            let third = try await larder.fill("/a", [("Accept", "a/d")])
            let again = try await larder.get("/a", [("Accept", "a/c")])
            #expect([old, new, third, again].map(\.text) == ["old", "new", "third", "new"])
            #expect(again.isHit)
        }
    }

    @Test("§5.2.2.7, §5.2.2.4: the client that asked gets the fields that are not stored, others do not")
    func ownFields() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let control = "max-age=60, private=\"X-User\", no-cache=\"X-Once\""
        origin.on(
            "/a",
            .hold(gate),
            .text("x", fields: fields(control, ("X-User", "me"), ("X-Once", "1"), ("X-All", "2")))
        )
        try await withLarder(origin) { larder in
            async let first = larder.get("/a")
            try await origin.waitForRequests(1)
            async let second = larder.get("/a")
            try await larder.reaches(.followers, 1)
            gate.open()
            let (leader, follower) = try await (first, second)
            #expect(leader["X-User"] == "me")
            #expect(leader["X-Once"] == "1")
            await larder.settle()
            for other in [follower, try await larder.get("/a")] {
                #expect(other["X-User"] == nil)
                #expect(other["X-Once"] == nil)
                #expect(other["X-All"] == "2")
                #expect(other["Cache-Control"] == control)
            }
        }
    }
}

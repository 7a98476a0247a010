// The target that is kept behind a record's head: it is never in the head that is sent.

import HTTPCaching
import HTTPMessage
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("a record's head and the target behind it")
struct RecordHeadTests {
    private static let head = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n"

    @Test(
        "what is joined is split again",
        arguments: ["", "/A.jpg", "/A?x=Larder-Target: "],
        [head, "HTTP/1.1 200 OK\r\n"]
    )
    func roundTrip(target: String, text: String) {
        var facts = facts()
        let whole = RecordHead.joined(ByteBuffer(string: text), target: Array(target.utf8), &facts)
        #expect(facts.flags.contains(.hasTarget) == !target.isEmpty)
        let (head, found) = RecordHead.split(whole, facts)
        #expect(String(buffer: head) == text && found == Array(target.utf8))
    }

    @Test("without the flag, a field of that name is a field")
    func foreign() {
        let text = "HTTP/1.1 200 OK\r\nLarder-Target: /x\r\n"
        let (head, target) = RecordHead.split(ByteBuffer(string: text), facts())
        #expect(String(buffer: head) == text && target.isEmpty)
    }

    @Test("a flag without the line takes nothing away", arguments: ["", "\r\n", "HTTP/1.1 200 OK\r\n", "x"])
    func broken(text: String) {
        var facts = facts()
        facts.flags.insert(.hasTarget)
        let (head, target) = RecordHead.split(ByteBuffer(string: text), facts)
        #expect(String(buffer: head) == text && target.isEmpty)
    }

    @Test("it is read as it was stored, and as it was freshened: in place, and where the head outgrew its place")
    func stored() async throws {
        let stage = try TestStore()
        let key = Array("/a".utf8)
        func put(_ target: String) async throws {
            let response = NewResponse(
                key: key,
                variant: .none,
                head: ByteBuffer(string: Self.head),
                target: Array(target.utf8),
                facts: facts(),
                bodyLength: 1,
                epoch: stage.store.epoch
            )
            let fill = try stage.store.beginFill(response)
            #expect(fill.append(ByteBuffer(bytes: [1])) == nil)
            let refusal = await withCheckedContinuation { done in fill.finish { done.resume(returning: $0) } }
            #expect(refusal == nil)
        }
        func expect(_ target: String, _ head: String) throws {
            let found = try #require(stage.response("/a"))
            #expect(found.target == Array(target.utf8) && String(buffer: found.head) == head)
        }
        try await put("/A")
        try expect("/A", Self.head)
        for (target, more) in [("/A", 1), ("/A", 4000), ("", 1), ("/aA", 4000)] {
            let head = Self.head + "X: \(String(repeating: "x", count: more))\r\n"
            let entry = try #require(stage.entry("/a"))
            stage.store.freshen(
                entry,
                key: key,
                head: ByteBuffer(string: head),
                target: Array(target.utf8),
                facts: facts(),
                epoch: stage.store.epoch
            )
            await stage.settle()
            try expect(target, head)
        }
        try await put("")
        try expect("", Self.head)
        stage.store.close()
    }
}

// Scenarios. Requests that share another's answer although it may not be reused, and those that must not.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9111 §4: collapsed requests are given only what may be reused for them")
struct CollapseTests {
    @Test("§4: a burst for what may not be reused makes two requests: the second one's answer came after all had asked")
    func burstOfNoCache() async throws {
        let origin = try ScriptedOrigin()
        let (first, second) = (Gate(), Gate())
        let answer = ScriptedOrigin.Step.text("x", fields: fields("no-cache", ("ETag", "\"1\"")))
        origin.on("/a", times: [[.hold(first), answer], [.hold(second), answer]])
        try await withLarder(origin) { larder in
            try await withThrowingTaskGroup(of: RawResponse.self) { group in
                group.addTask { try await larder.get("/a") }
                try await origin.waitForRequests(1)
                for _ in 0..<19 { group.addTask { try await larder.get("/a") } }
                try await larder.reaches(.followers, 19)
                first.open()
                try await larder.reaches(.followers, 19 + 18)
                second.open()
                for try await response in group { #expect(response.text == "x") }
            }
            #expect(origin.requestCount() == 2)
        }
    }

    @Test(
        "§4: a response that may not be reused is not given to requests that arrive during its fill",
        arguments: [("no-cache", ""), ("max-age=0", ""), ("max-age=60", "no-cache"), ("max-age=60", "min-fresh=100")]
    )
    func notReusable(response: String, request: String) async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let head = head(length: 2, "Cache-Control: \(response)\r\nETag: \"1\"\r\n")
        origin.on(
            "/a",
            times: [
                [head, .hold(gate), .raw(Array("1.".utf8))], [.text("2.", fields: fields(response, ("ETag", "\"2\"")))],
            ]
        )
        try await withLarder(origin) { larder in
            let port = larder.port
            let early = try await onThread { try RawClient(port: port) }
            try await onThread {
                try early.send(method: "GET", "/a")
                _ = try early.receiveHead()
            }
            let late = try await larder.get("/a", request.isEmpty ? [] : [("Cache-Control", request)])
            #expect(late.text == "2.")
            gate.open()
            #expect(try await onThread { try early.receive(bytes: 2) } == Array("1.".utf8))
            await larder.settle()
            // The one that was asked for later stays, whichever came in later.
            #expect(try await larder.get("/a", [("Cache-Control", "max-stale, only-if-cached")])["ETag"] != "\"1\"")
        }
    }

    @Test("§4.3.1: a request right after such a response validates it instead of fetching it once more")
    func rightBehind() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { request in
            let tag = ("ETag", "\"1\"")
            let isValidation = request.field("If-None-Match") != nil
            return [isValidation ? .respond(status: 304, fields: [tag]) : .text("x", fields: fields("no-cache", tag))]
        }
        try await withLarder(origin) { larder in
            for round in 0..<50 {
                let texts = try await larder.client { client in
                    try (0..<3).map { _ in try client.get("/\(round)").text }
                }
                #expect(texts == ["x", "x", "x"])
                #expect(origin.requests.suffix(3).map { $0.field("If-None-Match") } == [nil, "\"1\"", "\"1\""])
            }
        }
    }

    @Test("RFC 5861 §3: a request right after a response that is stale on arrival has it validated in the background")
    func staleOnArrival() async throws {
        let origin = try ScriptedOrigin()
        let control = "max-age=0, stale-while-revalidate=600"
        origin.respond { request in
            let isValidation = request.field("If-None-Match") != nil
            return [
                .text(
                    isValidation ? "new" : "old",
                    fields: fields(isValidation ? "max-age=60" : control, ("ETag", "\"1\""))
                )
            ]
        }
        try await withLarder(origin) { larder in
            for round in 0..<50 {
                let texts = try await larder.client { client in
                    try (0..<2).map { _ in try client.get("/\(round)").text }
                }
                #expect(texts == ["old", "old"])
                try await origin.waitForRequests(2, path: "/\(round)")
            }
        }
    }
}

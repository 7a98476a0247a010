// Scenarios. Many clients, one origin request; bytes stream to each at its own pace.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("One origin request per key is streamed to every waiting client")
struct FillTests {
    @Test("invariant 8: fifty clients for one new picture make one origin request")
    func collapsed() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let picture = pictureBytes(30_000)
        origin.on("/a", .hold(gate), .respond(fields: fresh, body: picture))
        try await withLarder(origin) { larder in
            try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for _ in 0..<50 { group.addTask { try await larder.get("/a") } }
                try await larder.reaches(.followers, 49)
                gate.open()
                var collapsed = 0
                for try await response in group {
                    #expect(response.body.digest == picture.digest)
                    #expect(response.isComplete)
                    if response.cacheStatus.contains("; collapsed") { collapsed += 1 }
                }
                #expect(collapsed == 49)
            }
            #expect(origin.requestCount() == 1)
            #expect(larder.counter(.fills) == 1)
        }
    }

    @Test("invariant 8: clients that come while and after a fill ends never make a second request")
    func noGap() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        try await withLarder(origin) { larder in
            for round in 0..<40 {
                try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<8 { group.addTask { try await larder.get("/\(round)").text } }
                    for try await text in group { #expect(text == "/\(round)") }
                }
                #expect(origin.requestCount("/\(round)") == 1)
            }
        }
    }

    @Test("bytes reach clients before the origin is done, and a late client gets the whole", arguments: [true, false])
    func streams(isLengthTold: Bool) async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let picture = pictureBytes(400_000)
        let half = Array(picture[..<200_000])
        let rest = Array(picture[200_000...])
        if isLengthTold {
            origin.on("/a", head(length: picture.count), .raw(half), .hold(gate), .raw(rest))
        } else {
            origin.on("/a", chunkedHead, .chunk(half), .hold(gate), .chunk(rest), .lastChunk)
        }
        try await withLarder(origin) { larder in
            let port = larder.port
            let early = try await onThread { try RawClient(port: port) }
            try await onThread {
                try early.send(method: "GET", "/a")
                _ = try early.receiveHead()
                if isLengthTold { #expect(try early.receive(bytes: half.count).digest == half.digest) }
            }
            #expect(!gate.isOpen)
            async let late = larder.get("/a")
            try await larder.reaches(.followers, 1)
            gate.open()
            #expect(try await late.body.digest == picture.digest)
            if isLengthTold {
                #expect(try await onThread { try early.receive(bytes: rest.count) }.digest == rest.digest)
            }
            #expect(origin.requestCount() == 1)
            await larder.settle()
            let hit = try await larder.get("/a")
            #expect(hit.isHit)
            #expect(hit.body.digest == picture.digest)
        }
    }

    @Test(
        "the leader's client leaves: the fill goes on, its followers get all, and it is stored",
        arguments: [true, false]
    )
    func leaderLeaves(hasFollower: Bool) async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let picture = pictureBytes(300_000)
        origin.on(
            "/a",
            head(length: picture.count),
            .raw(Array(picture[..<1000])),
            .hold(gate),
            .raw(Array(picture[1000...]))
        )
        try await withLarder(origin) { larder in
            try await larder.client { client in
                try client.send(method: "GET", "/a")
                _ = try client.receiveHead()
                client.reset()
            }
            if hasFollower {
                async let follower = larder.get("/a")
                try await larder.reaches(.followers, 1)
                gate.open()
                #expect(try await follower.body.digest == picture.digest)
            } else {
                try await eventually { larder.proxy.statistics.openConnections == 0 }
                gate.open()
            }
            await larder.settle()
            let hit = try await larder.get("/a")
            #expect(hit.isHit)
            #expect(hit.body.digest == picture.digest)
            #expect(origin.requestCount() == 1)
        }
    }

    @Test(
        "an answer that is not stored and that nobody wants any more is not fetched to its end",
        arguments: [true, false]
    )
    func unwanted(hasHead: Bool) async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        let picture = pictureBytes(40 << 20)
        origin.on("/a", .hold(gate), head(length: picture.count, "Cache-Control: no-store\r\n"), .raw(picture))
        if hasHead { gate.open() }
        try await withLarder(origin) { larder in
            let port = larder.port
            let client = try await onThread {
                let client = try RawClient(port: port)
                try client.send(method: "GET", "/a")
                if hasHead { _ = try client.receiveHead() }
                return client
            }
            try await origin.waitForRequests(1)
            client.reset()
            try await eventually { larder.proxy.statistics.openConnections == 0 }
            gate.open()
            try await eventually { larder.origins.statistics().allSatisfy { $0.inProgress == 0 } }
            #expect(larder.counter(.bytesFetched) < picture.count)
            try await eventually { larder.proxy.statistics.heldBytes == 0 }
        }
    }

    @Test(
        "invariant 9: a client that does not read holds up neither the others nor the fill",
        arguments: [true, false]
    )
    func slowReader(isStored: Bool) async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(8 << 20)
        origin.on("/a", .respond(fields: isStored ? fresh : fields("no-store"), body: picture))
        try await withLarder(Setup(origin) { $0.configuration.cache.maxSize = 256 << 20 }) { larder in
            let port = larder.port
            let slow = try await onThread {
                let client = try RawClient(port: port, timeout: .seconds(30), receiveBuffer: 4096)
                try client.send(method: "GET", "/a")
                return client
            }
            try await origin.waitForRequests(1)
            let quick = try await larder.get("/a")
            #expect(quick.body.digest == picture.digest)
            if isStored {
                await larder.settle()
                #expect(try await larder.get("/a").isHit)
                #expect(origin.requestCount() == 1)
            }
            let late = try await onThread { try slow.receive() }
            #expect(late.isComplete)
            #expect(late.body.digest == picture.digest)
            try await eventually { larder.proxy.statistics.heldBytes == 0 }
        }
    }

    @Test("a body of unknown length is stored, and told by chunks or by the end", arguments: [1_000, 3 << 20])
    func unknownLength(size: Int) async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(size)
        origin.on("/a", chunkedHead, .chunk(picture), .lastChunk)
        origin.on("/b", chunkedHead, .chunk(picture), .lastChunk)
        try await withLarder(origin) { larder in
            let modern = try await larder.fill("/a")
            #expect(modern["Transfer-Encoding"] == "chunked")
            #expect(modern.body.digest == picture.digest)
            let old = try await larder.client { client in
                try client.send("GET /b HTTP/1.0\r\n\r\n")
                return try client.receive()
            }
            #expect(old["Transfer-Encoding"] == nil)
            #expect(old["Connection"] == "close")
            #expect(old.isComplete)
            #expect(old.body.digest == picture.digest)
            await larder.settle()
            for path in ["/a", "/b"] {
                let hit = try await larder.get(path)
                #expect(hit.isHit)
                #expect(hit["Content-Length"] == "\(size)")
                #expect(hit.body.digest == picture.digest)
            }
            #expect(origin.requestCount() == 2)
        }
    }

    @Test("a follower that waits past its deadline fetches for itself")
    func followerDeadline() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on("/a", times: [[.hold(gate), .text("first", fields: fresh)], [.text("second", fields: fresh)]])
        try await withLarder(Setup(origin) { $0.configuration.limits.followerDeadline = .milliseconds(50) }) {
            larder in
            async let leader = larder.get("/a")
            try await origin.waitForRequests(1)
            #expect(try await larder.get("/a").text == "second")
            #expect(larder.counter(.followersLate) == 1)
            gate.open()
            #expect(try await leader.text == "first")
        }
    }

    @Test("what may not be stored is nobody else's: each follower asks for itself")
    func notStorable() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on("/a", .hold(gate), .text("mine", fields: fields("private")))
        try await withLarder(origin) { larder in
            try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for _ in 0..<5 { group.addTask { try await larder.get("/a") } }
                try await larder.reaches(.followers, 4)
                gate.open()
                for try await response in group { #expect(response.text == "mine") }
            }
            #expect(origin.requestCount() == 5)
            #expect(larder.counter(.unstorable) == 1)
        }
    }

    @Test("invariant 3: where the store refuses a body, it is streamed all the same")
    func tooLarge() async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(3 << 20)
        origin.on("/a", .respond(fields: fresh, body: picture))
        origin.on("/b", chunkedHead, .chunk(picture), .lastChunk)
        try await withLarder(Setup(origin) { $0.configuration.cache.maximumResponse = 1 << 20 }) {
            (larder) async throws in
            for path in ["/a", "/b", "/a"] { #expect(try await larder.fill(path).body.digest == picture.digest) }
            #expect(origin.requestCount("/a") == 2)
            #expect(larder.store.statistics.responses == 0)
        }
    }
}

@Suite("Invariant 2: an incomplete body is never served as complete, nor stored")
struct IncompleteTests {
    enum Fault: CaseIterable {
        case close, reset, brokenChunk, missingLastChunk

        func steps(_ picture: [UInt8]) -> [ScriptedOrigin.Step] {
            switch self {
            case .close: [head(length: picture.count + 1), .raw(picture), .close]
            case .reset: [head(length: picture.count + 1), .raw(picture), .pause(milliseconds: 30), .reset]
            case .brokenChunk: [chunkedHead, .chunk(picture), .head("zz\r\n"), .close]
            case .missingLastChunk: [chunkedHead, .chunk(picture), .close]
            }
        }
    }

    @Test(
        "the client sees a broken transfer, and the next request asks again",
        arguments: Fault.allCases,
        [500, 200_000, 3 << 20]
    )
    func broken(fault: Fault, size: Int) async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(size)
        origin.on("/a", times: [fault.steps(picture), [.respond(fields: fresh, body: picture)]])
        try await withLarder(origin) { larder in
            let broken = try await larder.client { client in
                try client.send(method: "GET", "/a")
                // Where nothing had been sent yet, the connection may simply end, or an error be told.
                return try? client.receive()
            }
            #expect(broken.map { $0.isComplete && $0.status == 200 } != true)
            await larder.settle()
            #expect(larder.store.statistics.responses == 0)
            let whole = try await larder.get("/a")
            #expect(whole.body.digest == picture.digest)
            #expect(whole.isComplete)
            #expect(origin.requestCount() == 2)
        }
    }

    @Test("to HTTP/1.0, where the end tells the length, a broken body ends in a reset")
    func brokenHTTP10() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on("/a", chunkedHead, .chunk(pictureBytes(5000)), .hold(gate), .close)
        try await withLarder(origin) { larder in
            let isComplete = try await larder.client { client in
                try client.send("GET /a HTTP/1.0\r\n\r\n")
                _ = try client.receiveHead()
                gate.open()
                _ = try client.receiveUntilClose()
                return !client.wasReset
            }
            #expect(!isComplete)
        }
    }
}

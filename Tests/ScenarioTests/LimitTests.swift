// Scenarios. Every limit of the picture port is reached, answered and counted.

import Glibc
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("Invariant 5: every limit has an answer and a counter")
struct LimitTests {
    @Test(
        "a head over a limit gets 431 or 414",
        arguments: [
            ("GET /a HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 33_000))\r\n\r\n", 431),
            ("GET /a HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 33_000))", 431),
            ("GET /a HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 100) + "\r\n", 431),
            ("GET /\(String(repeating: "x", count: 8_200)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            ("GET /\(String(repeating: "x", count: 12_000))", 414),
        ]
    )
    func heads(bytes: String, status: Int) async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(origin) { larder in
            let response = try await larder.client { client in
                try client.send(bytes)
                return try client.receive()
            }
            #expect(response.status == status)
            #expect(larder.counter(.limitHead) == 1)
            #expect(origin.requestCount() == 0)
        }
    }

    @Test("a head just within the limits is accepted")
    func headsWithin() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("yes", fields: fresh)] }
        try await withLarder(origin) { (larder) async throws in
            let fields = (0..<97).map { ("X-\($0)", String(repeating: "y", count: 200)) }
            #expect(try await larder.get("/a", fields).text == "yes")
            #expect(try await larder.get("/" + String(repeating: "x", count: 8_000)).text == "yes")
        }
    }

    @Test("a head that does not come to its end in time is answered 408")
    func headTimeout() async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(Setup(origin) { $0.configuration.limits.headTimeout = .milliseconds(100) }) { larder in
            let response = try await larder.client { client in
                try client.send("GET /a HTTP/1.1\r\nHost: a\r\n")
                return try client.receive()
            }
            #expect(response.status == 408)
            #expect(larder.counter(.limitHeadTimeout) == 1)
        }
    }

    @Test("an idle connection is closed, without a word")
    func idleTimeout() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("yes", fields: fresh)] }
        try await withLarder(Setup(origin) { $0.configuration.limits.idleTimeout = .milliseconds(100) }) { larder in
            let rest = try await larder.client { client in
                _ = try client.get("/a")
                return try client.receiveUntilClose()
            }
            #expect(rest.isEmpty)
            #expect(larder.counter(.limitIdle) == 1)
            try await eventually { larder.proxy.statistics.openConnections == 0 }
        }
    }

    @Test("a connection too many is answered 503 and closed; a place that becomes free is taken")
    func connections() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("yes", fields: fresh)] }
        try await withLarder(Setup(origin) { $0.configuration.limits.connections = 2 }) { larder in
            let port = larder.port
            let idle = try await onThread { try [RawClient(port: port), RawClient(port: port)] }
            try await eventually { larder.proxy.statistics.openConnections == 2 }
            let refused = try await larder.client { client in try client.receive() }
            #expect(refused.status == 503)
            #expect(larder.counter(.limitConnections) == 1)
            idle[0].close()
            try await eventually { larder.proxy.statistics.openConnections < 2 }
            #expect(try await larder.get("/a").text == "yes")
        }
    }

    @Test("a body over the limit is answered 413, told beforehand or not", arguments: [true, false])
    func requestBody(isTold: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .readBody, .text("done"))
        try await withLarder(Setup(origin) { $0.configuration.limits.requestBody = 1000 }) { larder in
            let response = try await larder.client { client in
                if isTold {
                    try client.send(method: "POST", "/a", body: pictureBytes(1001))
                } else {
                    try client.send("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                    for _ in 0..<11 {
                        try client.send("64\r\n\(String(repeating: "x", count: 100))\r\n")
                    }
                }
                return try client.receive()
            }
            #expect(response.status == 413)
            #expect(response["Connection"] == "close")
            #expect(larder.counter(.limitRequestBody) == 1)
            #expect(!origin.requests.contains { $0.isBodyComplete })
            if isTold { #expect(origin.requestCount() == 0) }
        }
    }

    @Test("a client that takes nothing of its answer is cut off")
    func sendTimeout() async throws {
        let origin = try ScriptedOrigin()
        origin.on("/a", .respond(fields: fresh, body: pictureBytes(6 << 20)))
        try await withLarder(Setup(origin) { $0.configuration.limits.sendTimeout = .milliseconds(300) }) { larder in
            try await larder.fill("/a")
            let port = larder.port
            let client = try await onThread {
                let client = try RawClient(port: port, receiveBuffer: 4096)
                try client.send(method: "GET", "/a")
                return client
            }
            try await larder.reaches(.limitSend, 1)
            try await eventually { larder.proxy.statistics.openConnections == 0 }
            client.close()
        }
    }

    @Test("a client that takes bytes, however slowly, is not cut off while the kernel's queue shrinks")
    func slowClient() async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(12 << 20)
        origin.on("/a", .respond(fields: fresh, body: picture))
        try await withLarder(Setup(origin) { $0.configuration.limits.sendTimeout = .milliseconds(1_100) }) { larder in
            try await larder.fill("/a")
            let body = try await larder.client(receiveBuffer: 4096) { client in
                try client.send(method: "GET", "/a")
                _ = try client.receiveHead()
                var body: [UInt8] = []
                // Six seconds of little: the kernel's queue shrinks, and takes nothing more from larder.
                for _ in 0..<60 {
                    body += try client.receive(bytes: 2048)
                    usleep(100_000)
                }
                return body + (try client.receive(bytes: picture.count - body.count))
            }
            #expect(body.digest == picture.digest)
            #expect(larder.counter(.limitSend) == 0)
        }
    }

    @Test("a fill too many is not shared and not stored, but answered")
    func fills() async throws {
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on("/held", .hold(gate), .text("held", fields: fresh))
        origin.on("/a", .text("yes", fields: fresh))
        try await withLarder(Setup(origin) { $0.configuration.limits.fills = 1 }) { larder in
            async let held = larder.get("/held")
            try await origin.waitForRequests(1)
            #expect(try await larder.get("/a").text == "yes")
            #expect(larder.counter(.limitFills) == 1)
            gate.open()
            #expect(try await held.text == "held")
            await larder.settle()
            #expect(try await larder.get("/held").isHit)
            #expect(try await larder.get("/a").isHit == false)
        }
    }
}

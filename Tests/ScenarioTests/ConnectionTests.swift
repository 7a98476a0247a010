// Scenarios. Connections: kept alive, pipelined, half-closed, of HTTP/1.0, over a Unix socket.

import HTTPMessage
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9112 §9: connections")
struct ConnectionTests {
    private func origin() throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        origin.respond { [.text($0.target, fields: fresh)] }
        return origin
    }

    @Test("§9.3: one connection serves many requests, hits and misses")
    func keepAlive() async throws {
        let origin = try origin()
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let texts = try await larder.client { client in
                try ["/a", "/b", "/a", "/c", "/b"].map { try client.get($0).text }
            }
            #expect(texts == ["/a", "/b", "/a", "/c", "/b"])
            #expect(larder.counter(.connections) == 2)
            #expect(origin.connectionCount <= 2, "connections to the origin are kept as well")
        }
    }

    @Test("§9.3.2: ten requests in one packet are answered in order", arguments: [true, false])
    func pipelining(isStored: Bool) async throws {
        let origin = try origin()
        try await withLarder(origin) { larder in
            let paths = (0..<10).map { "/\($0)" }
            if isStored { for path in paths { try await larder.fill(path) } }
            let texts = try await larder.client { client in
                try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
                return try paths.map { _ in try client.receive().text }
            }
            #expect(texts == paths)
            #expect(origin.requestCount() == 10)
        }
    }

    @Test("§9.3.2: a client that sends thousands of requests ahead and reads late gets every answer in order")
    func deepPipelining() async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(20_000)
        origin.on("/a", .respond(fields: fresh, body: picture))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let port = larder.port
            let client = try await onThread { try RawClient(port: port, receiveBuffer: 4096) }
            let count = 3000
            let sent = Gate()
            async let sending: Void = onThread {
                let request = Array(
                    "GET /a HTTP/1.1\r\nHost: a\r\nUser-Agent: \(String(repeating: "x", count: 100))\r\n\r\n".utf8
                )
                for _ in 0..<count { try client.send(request) }
                sent.open()
            }
            // The answers fill every buffer on the way before a byte of them is read.
            try await eventually { larder.counter(.hitsMemory) > 20 }
            let isRight = try await onThread {
                for _ in 0..<count where try client.receive().body != picture { return false }
                return true
            }
            try await sending
            #expect(isRight)
        }
    }

    @Test(
        "§9.3.2: answers from memory and from volumes, small and large, keep their order before a client that reads late"
    )
    func mixedPipelining() async throws {
        let origin = try ScriptedOrigin()
        let pictures = [5_000, 100_000, 1_000_000, 60_000].map { pictureBytes($0, seed: UInt64($0)) }
        for (number, picture) in pictures.enumerated() {
            origin.on("/\(number)", .respond(fields: fresh, body: picture))
        }
        try await withLarder(origin) { larder in
            for number in pictures.indices { try await larder.fill("/\(number)") }
            let port = larder.port
            let client = try await onThread { try RawClient(port: port, receiveBuffer: 4096) }
            let order = (0..<40).map { $0 % pictures.count }
            let requests = order.map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
            try await onThread { try client.send(requests) }
            // The first answers fill the socket's buffer before a byte of them is read.
            try await larder.reaches(.hitsDisk, 1)
            let answers = try await onThread { try order.map { _ in try client.receive() } }
            for (number, answer) in zip(order, answers) {
                #expect(answer.isHit)
                #expect(answer.body.digest == pictures[number].digest)
            }
            #expect(origin.requestCount() == pictures.count)
        }
    }

    @Test(
        "§9.3: HTTP/1.0 is kept open only where the client asks for it",
        arguments: [(nil, false), ("keep-alive", true), ("Keep-Alive", true), ("close", false)] as [(String?, Bool)]
    )
    func http10(connection: String?, isKept: Bool) async throws {
        let origin = try origin()
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let line = connection.map { "Connection: \($0)\r\n" } ?? ""
            let (first, rest) = try await larder.client { client in
                try client.send("GET /a HTTP/1.0\r\n\(line)\r\n")
                let first = try client.receive()
                if isKept { try client.send("GET /b HTTP/1.0\r\n\r\n") }
                return (first, try client.receiveUntilClose())
            }
            #expect(first.text == "/a")
            #expect(first["Connection"] == (isKept ? "keep-alive" : "close"))
            #expect(rest.isEmpty != isKept)
        }
    }

    @Test("RFC 9112 §9.6: Connection: close is answered, told, and done", arguments: ["/a", "/miss"])
    func close(target: String) async throws {
        let origin = try origin()
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let (response, rest) = try await larder.client { client in
                try client.send(
                    "GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /never HTTP/1.1\r\nHost: a\r\n\r\n"
                )
                return (try client.receive(), try client.receiveUntilClose())
            }
            #expect(response.text == target)
            #expect(response["Connection"] == "close")
            #expect(rest.isEmpty)
            #expect(origin.requestCount("/never") == 0)
        }
    }

    @Test("RFC 9112 §3.2.2: the absolute form's host and path count, not the Host field's", arguments: [false, true])
    func absoluteForm(passesHost: Bool) async throws {
        let origin = try ScriptedOrigin()
        origin.respond { [.text("\($0.field("Host") ?? "") \($0.target)", fields: fresh)] }
        try await withLarder(Setup(origin) { $0.configuration.origins[0].hostHeader = passesHost ? .client : .origin })
        { larder in
            let text = try await larder.client { client in
                try client.send("GET http://one.test/a?b HTTP/1.1\r\nHost: two.test\r\n\r\n")
                return try client.receive().text
            }
            #expect(text == (passesHost ? "one.test /a?b" : "127.0.0.1:\(origin.port) /a?b"))
            await larder.settle()
            #expect(try await larder.get("/a?b", [("Host", "one.test")]).isHit)
        }
    }

    @Test(
        "RFC 9112 §9.6: a client that has shut its sending half still gets what it asked for",
        arguments: [true, false]
    )
    func halfClosed(isStored: Bool) async throws {
        let origin = try ScriptedOrigin()
        let picture = pictureBytes(2_000_000)
        origin.on("/a", .respond(fields: fresh, body: picture))
        try await withLarder(origin) { larder in
            if isStored { try await larder.fill("/a") }
            let (first, second, rest) = try await larder.client { client in
                try client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n")
                client.shutdownWrite()
                return (try client.receive(), try client.receive(), try client.receiveUntilClose())
            }
            #expect(first.body.digest == picture.digest)
            #expect(second.body.digest == picture.digest)
            #expect(rest.isEmpty)
            try await eventually { larder.proxy.statistics.openConnections == 0 }
        }
    }

    @Test("larder also listens on a Unix socket")
    func unixSocket() async throws {
        let origin = try origin()
        let directory = try TemporaryDirectory()
        let path = directory.path("larder.sock")
        try await withLarder(Setup(origin) { $0.configuration.listen.append(.unix(path: path)) }) { larder in
            let text = try await onThread {
                let client = try RawClient(unixSocket: path)
                return try client.get("/a").text + client.get("/b").text
            }
            #expect(text == "/a/b")
            _ = larder
        }
    }

    @Test("RFC 9110 §9.3.7: OPTIONS * asks larder itself")
    func optionsAsterisk() async throws {
        let origin = try origin()
        try await withLarder(origin) { larder in
            let response = try await larder.request("OPTIONS", "*")
            #expect(response.status == 204)
            #expect(response["Allow"] == "GET, HEAD, OPTIONS, TRACE")
            #expect(response["Date"] != nil)
            #expect(origin.requestCount() == 0)
        }
    }
}

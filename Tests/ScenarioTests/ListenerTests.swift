import Foundation
import Glibc
import LarderHarness
import NIOCore
import Settings
import TestSupport
import Testing

@testable import Proxy

/// An address belongs to one larder, however many loops listen on it.
@Suite("Listening")
struct ListenerTests {
    @Test("A port in use is noticed, although the loops share theirs")
    func portInUse() async throws {
        let origin = try ScriptedOrigin()
        try await withLarder(origin) { first in
            try await withLarder(origin) { second in
                let error = await #expect(throws: IOError.self) {
                    try await second.proxy.listen(on: .tcp(host: "127.0.0.1", port: first.port))
                }
                #expect(error?.errnoCode == EADDRINUSE)
            }
        }
    }

    @Test("A path in use is noticed, and what a larder that ended left there is not in the way")
    func pathInUse() async throws {
        let origin = try ScriptedOrigin()
        let directory = try TemporaryDirectory()
        let path = ListenAddress.unix(path: "\(directory.path)/larder.sock")
        try await withLarder(origin) { first in
            try await first.proxy.listen(on: path)
            try await withLarder(origin) { second in
                let error = await #expect(throws: IOError.self) { try await second.proxy.listen(on: path) }
                #expect(error?.errnoCode == EADDRINUSE)
            }
        }
        try await withLarder(origin) { next in try await next.proxy.listen(on: path) }
    }

    @Test("All connections are answered, whichever loop the kernel gives them to")
    func manyConnections() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("x", fields: [("Cache-Control", "max-age=60")])] }
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            for _ in 0..<200 { #expect(try await larder.get("/a").text == "x") }
            #expect(larder.counter(.requests) >= 201)
        }
    }

    @Test("No pacing where no network is", arguments: ["127.0.0.1", "::1", "0.0.0.0"])
    func congestionControl(host: String) throws {
        let systems = try String(contentsOfFile: "/proc/sys/net/ipv4/tcp_congestion_control", encoding: .utf8)
        let (sockets, _) = try ListeningSocket.make(.tcp(host: host, port: 0), count: 2)
        for socket in sockets {
            var name = [UInt8](repeating: 0, count: 16)
            var length = socklen_t(name.count)
            // because no more is written than the array has room for
            #expect(unsafe getsockopt(socket, Int32(IPPROTO_TCP), TCP_CONGESTION, &name, &length) == 0)
            let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            #expect(text == (host == "0.0.0.0" ? systems.trimmingCharacters(in: .newlines) : "reno"))
            close(socket)
        }
    }
}

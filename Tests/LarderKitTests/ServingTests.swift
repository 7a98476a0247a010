// Pure. What a running larder says and takes over.

import HTTPMessage
import NIOCore
import Settings
import TestSupport
import Testing

@testable import LarderKit

@Suite("serving")
struct ServingTests {
    @Test("a reload applies what it can and names what needs a restart")
    func reload() throws {
        var old = Configuration()
        old.origins = [Configuration.Origin(url: try OriginURL("http://a.test"))]
        var new = old
        new.cache.maxSize = 1 << 30
        new.threads = 7
        let reload = Reload(from: old, to: new)
        #expect(reload.applied == ["cache.max_size"] && reload.needsRestart == ["threads"])
        #expect(reload.effective.cache.maxSize == 1 << 30 && reload.effective.threads == old.threads)
    }

    @Test("the announcement names every address, and pictures to try of a directory")
    func announcement() throws {
        let directory = try TemporaryDirectory()
        for name in ["b.png", "a é.JPG", ".hidden.jpg", "text.txt", "deeper/c.jpg", "d.svg", "e.webp"] {
            try directory.write("x", to: name)
        }
        let origins = [
            Configuration.Origin(url: try OriginURL("http://a.test")),
            Configuration.Origin(url: try OriginURL("file://\(directory.path)")),
        ]
        let addresses = [ListenAddress.tcp(host: "0.0.0.0", port: 8080), .unix(path: "/run/l")]
        let admin = ListenAddress.tcp(host: "::", port: 8081)
        let base = "http://127.0.0.1:8080/"
        #expect(
            Announcement(addresses, admin: admin, origins: origins).lines == [
                "larder \(larderVersion) serves pictures on \(base) "
                    + "(try \(base)a%20%C3%A9.JPG \(base)b.png \(base)d.svg)",
                "larder \(larderVersion) serves pictures on unix:/run/l", "The status page is on http://[::1]:8081/",
            ]
        )
        #expect(Announcement(addresses, admin: admin, origins: [origins[0]]).lines[0].hasSuffix(base))
    }

    @Test("an address has the port that was bound")
    func bound() throws {
        let socket = try SocketAddress(ipAddress: "127.0.0.1", port: 81)
        #expect(ListenAddress.tcp(host: "h", port: 0).bound(to: socket) == .tcp(host: "h", port: 81))
        #expect(ListenAddress.unix(path: "/s").bound(to: socket) == .unix(path: "/s"))
    }
}

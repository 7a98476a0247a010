// Scenarios. Parts of pictures, from memory, from disk, and of a fill under way.

import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9110 §14: ranges")
struct RangeTests {
    static let sizes = [1_000, 100_000, 5 << 20]

    private func origin(_ picture: [UInt8]) throws -> ScriptedOrigin {
        let origin = try ScriptedOrigin()
        let modified = "Sat, 01 Jan 2022 00:00:00 GMT"
        origin.on(
            "/a",
            .respond(
                fields: fields(
                    "max-age=60",
                    ("ETag", "\"1\""),
                    ("Last-Modified", modified),
                    ("Content-Type", "image/x")
                ),
                body: picture
            )
        )
        return origin
    }

    @Test("§14.2: a single range of what is stored and of what is on its way", arguments: sizes, [true, false])
    func single(size: Int, isStored: Bool) async throws {
        let picture = pictureBytes(size)
        let origin = try origin(picture)
        try await withLarder(origin) { larder in
            if isStored { try await larder.fill("/a") }
            let cases = [
                ("bytes=0-0", 0..<1), ("bytes=100-299", 100..<300), ("bytes=-7", size - 7..<size),
                ("bytes=500-", 500..<size),
                ("bytes=10-99999999", 10..<size),
            ]
            for (field, range) in cases {
                let part = try await larder.get("/a", [("Range", field)])
                #expect(part.status == 206)
                #expect(part.body.digest == Array(picture[range]).digest)
                #expect(part["Content-Range"] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")
                #expect(part["Content-Length"] == "\(range.count)")
                #expect(part["Content-Type"] == "image/x")
            }
            #expect(origin.requestCount() == 1)
            #expect(origin.requests.first?.field("Range") == nil)
            await larder.settle()
            #expect(try await larder.get("/a").body.digest == picture.digest)
        }
    }

    @Test("§14.6: several ranges are a multipart, to the byte", arguments: sizes)
    func several(size: Int) async throws {
        let picture = pictureBytes(size)
        let origin = try origin(picture)
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let (response, next) = try await larder.client { client in
                (try client.get("/a", [("Range", "bytes=0-9, 500-599,-5")]), try client.get("/a"))
            }
            #expect(response.status == 206)
            let type = try #require(response["Content-Type"])
            let boundary = try #require(type.split(separator: "boundary=").last).trimmingPrefix("\"").prefix {
                $0 != "\""
            }
            #expect(type.hasPrefix("multipart/byteranges"))
            var expected: [UInt8] = []
            for range in [0..<10, 500..<600, size - 5..<size] {
                let head =
                    "--\(boundary)\r\nContent-Type: image/x\r\nContent-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)\r\n\r\n"
                expected += (expected.isEmpty ? [] : Array("\r\n".utf8)) + Array(head.utf8) + picture[range]
            }
            expected += Array("\r\n--\(boundary)--\r\n".utf8)
            #expect(trimmingLeadingBreak(response.body).digest == expected.digest)
            #expect(next.body.digest == picture.digest)
        }
    }

    private func trimmingLeadingBreak(_ bytes: [UInt8]) -> [UInt8] {
        bytes.starts(with: Array("\r\n".utf8)) ? Array(bytes.dropFirst(2)) : bytes
    }

    @Test(
        "§15.5.17: a range outside is answered 416 with the length",
        arguments: ["bytes=1000-", "bytes=5000-6000", "bytes=-0"]
    )
    func unsatisfiable(field: String) async throws {
        let origin = try origin(pictureBytes(1000))
        try await withLarder(origin) { larder in
            for _ in 0..<2 {
                let response = try await larder.fill("/a", [("Range", field)])
                #expect(response.status == 416)
                #expect(response["Content-Range"] == "bytes */1000")
            }
            #expect(origin.requestCount() == 1)
        }
    }

    @Test(
        "§14.2: what is no valid range is answered whole",
        arguments: ["bytes=9-1", "bytes=x", "lines=1-2", "bytes=", "bytes"]
    )
    func ignored(field: String) async throws {
        let origin = try origin(pictureBytes(1000))
        try await withLarder(origin) { larder in
            let response = try await larder.fill("/a", [("Range", field)])
            #expect(response.status == 200)
            #expect(response.body.count == 1000)
        }
    }

    @Test(
        "§13.1.5: If-Range names what is stored, or the whole is sent",
        arguments: [
            ("\"1\"", 206), ("\"2\"", 200), ("W/\"1\"", 200), ("Sat, 01 Jan 2022 00:00:00 GMT", 206),
            ("Sat, 01 Jan 2022 00:00:01 GMT", 200),
        ]
    )
    func ifRange(value: String, status: Int) async throws {
        let origin = try origin(pictureBytes(1000))
        try await withLarder(origin) { larder in
            try await larder.fill("/a")
            let response = try await larder.get("/a", [("Range", "bytes=0-9"), ("If-Range", value)])
            #expect(response.status == status)
            #expect(response.body.count == (status == 206 ? 10 : 1000))
        }
    }

    @Test("a range of a fill under way is sent as soon as its bytes are there")
    func whileFilling() async throws {
        let picture = pictureBytes(300_000)
        let origin = try ScriptedOrigin()
        let gate = Gate()
        origin.on(
            "/a",
            head(length: picture.count),
            .raw(Array(picture[..<100_000])),
            .hold(gate),
            .raw(Array(picture[100_000...]))
        )
        try await withLarder(origin) { larder in
            let early = try await larder.get("/a", [("Range", "bytes=50000-59999")])
            #expect(early.status == 206)
            #expect(early.body.digest == Array(picture[50_000..<60_000]).digest)
            #expect(!gate.isOpen)
            async let tail = larder.get("/a", [("Range", "bytes=-10")])
            try await larder.reaches(.followers, 1)
            gate.open()
            #expect(try await tail.body.digest == Array(picture.suffix(10)).digest)
            await larder.settle()
            #expect(try await larder.get("/a").body.digest == picture.digest)
            #expect(origin.requestCount() == 1)
        }
    }
}

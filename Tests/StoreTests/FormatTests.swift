// Stateless. The bytes on disk, and the checksums and hashes that guard them.

import HTTPCaching
import HTTPMessage
import NIOCore
import Runtime
import TestSupport
import Testing

@testable import Store

@Suite("docs/store-format.md: the bytes")
struct FormatTests {
    private static let checksums: [(bytes: [UInt8], expected: UInt32)] = [
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        ([UInt8](0..<32), 0x46DD_794E), ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
        (Array("123456789".utf8), 0xE306_9283), ([], 0),
    ]

    @Test("CRC-32C (RFC 3720 §B.4)", arguments: checksums)
    func crc(of bytes: [UInt8], is expected: UInt32) {
        let buffer = ByteBuffer(bytes: bytes)
        #expect(buffer.crc32c() == expected)
        for cut in 0...bytes.count {
            let start = ByteBuffer(bytes: bytes[..<cut]).crc32c()
            #expect(ByteBuffer(bytes: bytes[cut...]).crc32c(from: start) == expected)
        }
    }

    // From the reference implementation's construction: SipHash-1-3 under the key 00 01 … 0f of 00 01 … (n - 1).
    @Test(
        "SipHash-1-3",
        arguments: [
            (0, UInt64(0xabac_0158_050f_c4dc)), (1, 0xc9f4_9bf3_7d57_ca93), (7, 0xd392_7d98_9bb1_1140),
            (8, 0x3690_9511_8d29_9a8e), (15, 0xd320_d86d_2a51_9956), (16, 0xcc4f_dd1a_7d90_8b66),
        ]
    )
    func sipHash(count: Int, is expected: UInt64) {
        let hash = KeyHash(secret0: 0x0706_0504_0302_0100, secret1: 0x0f0e_0d0c_0b0a_0908)
        #expect(hash((0..<count).map { UInt8($0) }) == expected)
    }

    @Test("a volume's header: golden bytes")
    func volumeHeader() {
        let header = Volume.header(number: 7, capacity: 1 << 20)
        var expected: [UInt8] = [
            0x4C, 0x52, 0x56, 0x31, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0,
        ]
        let checksum = ByteBuffer(bytes: expected).crc32c()
        expected += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
        expected += Array(repeating: 0, count: 64 - expected.count)
        #expect(Array(header.readableBytesView) == expected)
    }

    @Test("volumes of the time of shelves are read: their class of sizes means nothing", arguments: [0, 1, 2])
    func olderVolume(shelf: UInt32) throws {
        let directory = try TemporaryDirectory()
        var header = Volume.header(number: 7, capacity: 1 << 20)
        header.setInteger(shelf, at: 12, endianness: .little)
        let checksum = try #require(header.getSlice(at: 0, length: 24)).crc32c()
        header.setInteger(checksum, at: 24, endianness: .little)
        let path = directory.path("7.volume")
        try File(path, .create).write(header, at: 0)
        #expect(try Volume.open(path, number: 7).capacity == 1 << 20)
    }

    @Test("a record's header: golden bytes, 80 of prefix, then key, variant, head and zeros")
    func recordHeader() {
        let head = ByteBuffer(string: "HTTP/1.1 200 OK\r\n")
        var prefix = RecordPrefix(
            state: .complete,
            headerLength: 168,
            keyLength: 4,
            variantLength: 2,
            headLength: 17,
            facts: StoredFacts(
                status: 200,
                flags: StoredFacts.Flags(rawValue: 0x0104),
                bornAt: WallTime(secondsSinceEpoch: 0x0102_0304),
                freshUntil: WallTime(secondsSinceEpoch: 0x0506_0708),
                staleWhileRevalidate: 9,
                staleIfError: 10
            ),
            bodyLength: 0x1122_3344,
            hash: 0x0807_0605_0403_0201,
            sequence: 0x20,
            storedAt: WallTime(secondsSinceEpoch: 3),
            bodyChecksum: 0xAABB_CCDD
        )
        prefix.facts.origin = 0x0102_0305
        let bytes = Array(
            prefix.encoded(key: Array("/a.b".utf8), variant: Array("v\n".utf8), head: head).readableBytesView
        )
        var expected: [UInt8] = [0x4C, 0x52, 0x44, 0x31, 1, 2, 0, 0]  // magic, version, state
        expected += [168, 0, 0, 0, 4, 0, 2, 0, 17, 0, 0, 0] as [UInt8]  // lengths of header, key, variant, head
        expected += [200, 0, 4, 1] as [UInt8]  // status, flags
        expected += [0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0] as [UInt8]  // length of body
        expected += [1, 2, 3, 4, 5, 6, 7, 8] as [UInt8]  // hash
        expected += [0x20, 0, 0, 0, 0, 0, 0, 0] as [UInt8]  // sequence
        expected += [4, 3, 2, 1, 8, 7, 6, 5, 9, 0, 0, 0, 10, 0, 0, 0] as [UInt8]  // born, fresh until, windows
        expected += [3, 0, 0, 0, 0xDD, 0xCC, 0xBB, 0xAA, 5, 3, 2, 1] as [UInt8]  // stored, body's checksum, origin
        #expect(Array(bytes[..<76]) == expected)
        let covered = bytes[..<5] + bytes[6..<76] + bytes[80..<103]
        let checksum = ByteBuffer(bytes: covered).crc32c()
        #expect(Array(bytes[76..<80]) == (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) })
        #expect(Array(bytes[80..<103]) == Array("/a.bv\nHTTP/1.1 200 OK\r\n".utf8))
        #expect(bytes.count == 168 && bytes[103...].allSatisfy { $0 == 0 })
        #expect(RecordPrefix(ByteBuffer(bytes: bytes)) == prefix)
    }

    @Test("invariant 12: any flipped bit of a record is a miss, never wrong bytes, and the record is forgotten")
    func flippedBits() throws {
        let directory = try TemporaryDirectory()
        // Without its threads, so that nothing is repaired or marked behind the test's back.
        let core = StoreCore(
            StoreConfiguration(directory: directory.path, maximumSize: 0, memory: 0),
            keyHash: KeyHash(secret0: 1, secret1: 2),
            openVolume: openPlainly,
            logger: silent
        )
        let key = Array("/a".utf8)
        let head = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n"
        let body = ByteBuffer(bytes: sampleBytes(200))
        let response = NewResponse(
            key: key,
            variant: .none,
            head: ByteBuffer(string: head),
            facts: facts(),
            bodyLength: 200,
            epoch: 1
        )
        var record = response.prefix(
            hash: core.keyHash(key),
            state: .complete,
            bodyLength: 200,
            sequence: 1,
            checksum: body.crc32c(),
            at: core.clock.now
        ).encoded(key: key, variant: [], head: response.head)
        record.writeImmutableBuffer(body)
        let path = directory.path("1.volume")
        let file = try File(path, .create)
        try file.write(record, at: 64)
        core.volumes.add(Volume(number: 1, file: file, capacity: 1 << 20))
        var entry = CatalogEntry(
            hash: core.keyHash(key),
            variant: 0,
            vary: 0,
            location: RecordLocation(volume: 1, offset: 64),
            headerLength: response.headerLength,
            bodyLength: 200,
            facts: facts(),
            epoch: 1
        )
        entry.flags.insert(.unverified)

        let places = Array(0..<82 + head.utf8.count) + Array(response.headerLength..<response.headerLength + 200)
        for place in places {
            for bit in 0..<8 {
                _ = core.catalog.insert(entry) { true }
                try flip(path, at: 64 + Int64(place), mask: 1 << bit)
                let read = unsafe core.read(entry, key: key.span.bytes, mayBlock: true)
                try flip(path, at: 64 + Int64(place), mask: 1 << bit)
                guard case .absent = read, core.catalog.totals.responses == 0 else {
                    Issue.record("byte \(place), bit \(bit) was not noticed")
                    continue
                }
            }
        }
        _ = core.catalog.insert(entry) { true }
        guard case .found(let found) = unsafe core.read(entry, key: key.span.bytes, mayBlock: true) else {
            Issue.record("the whole record is not found")
            return
        }
        #expect(found.body == body && found.facts == facts() && String(buffer: found.head) == head)
    }

    private static let names: [(String, UInt32?)] = [
        ("7.volume", 7), ("07.volume", nil), ("x.volume", nil), ("4294967295.volume", nil), ("7.volumes", nil),
        ("-1.volume", nil),
    ]

    @Test("a volume's name is its number", arguments: names)
    func volumeName(_ name: String, number: UInt32?) { #expect(Volume.number(ofName: name) == number) }

    @Test("a stored response costs at most 64 bytes of memory, its bucket included")
    func entrySize() {
        #expect(MemoryLayout<CatalogEntry>.stride <= 56)
        // Buckets are doubled when there are as many entries: two of 4 bytes each at most.
        #expect(MemoryLayout<CatalogEntry>.stride + 2 * MemoryLayout<UInt32>.size <= 64)
    }
}

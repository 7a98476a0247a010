// Value. The record format: the bytes of a stored response in a volume. docs/store-format.md describes it to the byte.
//
// Invariant: every record starts at a multiple of 64 with a prefix of 80 bytes whose checksum covers the prefix (except
// its state byte), the key, the variant and the head. Bytes that do not match are not a record.

import HTTPCaching
import HTTPMessage
import NIOCore

enum Record {
    static let magic: UInt32 = 0x3144_524C  // "LRD1" in the file
    static let formatVersion: UInt8 = 1
    static let prefixLength = 80
    static let alignment: Int64 = 64
    static let stateOffset: Int64 = 5
    /// Room behind the head, so that a head freshened by a 304 usually fits in the old place.
    static let slack = 64
    /// The longest header: the catalog has 16 bits for its length in units of 8 bytes.
    static let maximumHeaderLength = Int(UInt16.max) * 8

    /// The longest plausible body: a length from a broken index or header must not overflow.
    static let maximumBodyLength: Int64 = 1 << 40
    /// Higher numbers of records and positions of volumes are considered broken.
    static let maximumSequence: UInt64 = 1 << 62

    enum State: UInt8 {
        /// The extent is reserved, and its body is being written.
        case reserved = 1
        case complete = 2
        /// Purged, invalidated or replaced.
        case removed = 3
    }

    static func aligned(_ length: Int64) -> Int64 { (length + alignment - 1) & ~(alignment - 1) }

    /// Bytes from a record's start to its body.
    static func headerLength(key: Int, variant: Int, head: Int) -> Int {
        (prefixLength + key + variant + head + slack + 7) & ~7
    }

    static func seconds(_ time: WallTime) -> UInt32 { UInt32(clamping: time.secondsSinceEpoch) }
}

/// The prefix of a record, decoded.
struct RecordPrefix: Equatable {
    var state: Record.State
    var headerLength: Int
    var keyLength: Int
    var variantLength: Int
    var headLength: Int
    var facts: StoredFacts
    var bodyLength: Int64
    var hash: UInt64
    /// Grows with every record of the store: of two records of a key, the one with the higher number is newer.
    var sequence: UInt64
    var storedAt: WallTime
    var bodyChecksum: UInt32

    var recordLength: Int64 { Record.aligned(Int64(headerLength) + bodyLength) }

    /// The record's bytes before its body: prefix, key, variant, head and zeros.
    func encoded(key: [UInt8], variant: [UInt8], head: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(headerLength)
        encode(key: key, variant: variant, head: head, into: &buffer)
        return buffer
    }

    /// Appends the record's bytes before its body.
    func encode(key: [UInt8], variant: [UInt8], head: ByteBuffer, into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        writePrefix(into: &buffer)
        buffer.writeBytes(key)
        buffer.writeBytes(variant)
        buffer.writeImmutableBuffer(head)
        buffer.writeRepeatingByte(0, count: start + headerLength - buffer.writerIndex)
        let content = key.count + variant.count + head.readableBytes
        let checksum = Self.checksum(of: buffer, from: start, contentLength: content)
        buffer.setInteger(checksum, at: start + 76, endianness: .little)
    }

    private func writePrefix(into buffer: inout ByteBuffer) {
        // As words, two numbers at a time, and all at once: each call would check for room and copy its bytes.
        let words: InlineArray<10, UInt64> = [
            Self.word(Record.magic, UInt32(Record.formatVersion) | UInt32(state.rawValue) << 8),
            Self.word(UInt32(headerLength), UInt32(UInt16(keyLength)) | UInt32(UInt16(variantLength)) << 16),
            Self.word(UInt32(headLength), UInt32(facts.status) | UInt32(facts.flags.rawValue) << 16),
            UInt64(bitPattern: bodyLength).littleEndian,
            hash.littleEndian,
            sequence.littleEndian,
            Self.word(Record.seconds(facts.bornAt), Record.seconds(facts.freshUntil)),
            Self.word(facts.staleWhileRevalidate, facts.staleIfError),
            Self.word(Record.seconds(storedAt), bodyChecksum),
            Self.word(facts.origin, 0),
        ]
        // because words have no padding, and the bytes are copied within the call
        unsafe words.span.bytes.withUnsafeBytes { _ = unsafe buffer.writeBytes($0) }
    }

    /// Two consecutive numbers, little-endian.
    private static func word(_ first: UInt32, _ second: UInt32) -> UInt64 {
        (UInt64(first) | UInt64(second) << 32).littleEndian
    }

    /// Decodes the prefix at the start of `buffer`; checks lengths, but not the checksum.
    init?(_ buffer: ByteBuffer) {
        let start = buffer.readerIndex
        func field<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) -> T {
            buffer.getInteger(at: start + offset, endianness: .little, as: type) ?? 0
        }
        guard buffer.readableBytes >= Record.prefixLength, field(0, UInt32.self) == Record.magic,
            field(4, UInt8.self) == Record.formatVersion, let state = Record.State(rawValue: field(5, UInt8.self))
        else { return nil }
        self.state = state
        headerLength = Int(field(8, UInt32.self))
        keyLength = Int(field(12, UInt16.self))
        variantLength = Int(field(14, UInt16.self))
        headLength = Int(field(16, UInt32.self))
        bodyLength = field(24, Int64.self)
        hash = field(32, UInt64.self)
        sequence = field(40, UInt64.self)
        storedAt = WallTime(secondsSinceEpoch: Int64(field(64, UInt32.self)))
        bodyChecksum = field(68, UInt32.self)
        facts = StoredFacts(
            status: field(20, UInt16.self),
            flags: StoredFacts.Flags(rawValue: field(22, UInt16.self)),
            bornAt: WallTime(secondsSinceEpoch: Int64(field(48, UInt32.self))),
            freshUntil: WallTime(secondsSinceEpoch: Int64(field(52, UInt32.self))),
            staleWhileRevalidate: field(56, UInt32.self),
            staleIfError: field(60, UInt32.self)
        )
        facts.origin = field(72, UInt32.self)
        let content = Record.prefixLength + keyLength + variantLength + headLength
        guard headerLength <= Record.maximumHeaderLength, content <= headerLength,
            headerLength % 8 == 0, (0...Record.maximumBodyLength).contains(bodyLength),
            sequence < Record.maximumSequence
        else { return nil }
    }

    init(
        state: Record.State,
        headerLength: Int,
        keyLength: Int,
        variantLength: Int,
        headLength: Int,
        facts: StoredFacts,
        bodyLength: Int64,
        hash: UInt64,
        sequence: UInt64,
        storedAt: WallTime,
        bodyChecksum: UInt32
    ) {
        self.state = state
        self.headerLength = headerLength
        self.keyLength = keyLength
        self.variantLength = variantLength
        self.headLength = headLength
        self.facts = facts
        self.bodyLength = bodyLength
        self.hash = hash
        self.sequence = sequence
        self.storedAt = storedAt
        self.bodyChecksum = bodyChecksum
    }

    /// True if the header in `buffer` is as it was written.
    ///
    /// O(header).
    func matchesChecksum(in buffer: ByteBuffer) -> Bool {
        let content = keyLength + variantLength + headLength
        guard buffer.readableBytes >= Record.prefixLength + content else { return false }
        let written = buffer.getInteger(at: buffer.readerIndex + 76, endianness: .little, as: UInt32.self)
        return Self.checksum(of: buffer, from: buffer.readerIndex, contentLength: content) == written
    }

    // Excludes the state byte: marking a record as removed rewrites only that byte.
    private static func checksum(of buffer: ByteBuffer, from start: Int, contentLength: Int) -> UInt32 {
        let bytes = buffer.readableBytesSpan.extracting(droppingFirst: start - buffer.readerIndex)
        var crc = bytes.extracting(0..<5).crc32c()
        crc = bytes.extracting(6..<76).crc32c(from: crc)
        return bytes.extracting(Record.prefixLength..<Record.prefixLength + contentLength).crc32c(from: crc)
    }
}

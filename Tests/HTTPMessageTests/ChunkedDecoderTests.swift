// Value. The chunked coding of request bodies: good ones at every split, and what is refused.

import HTTPMessage
import TestSupport
import Testing

/// The body, how many bytes were used up, and the last step, when the message comes in pieces of a size.
private func decode(_ text: String, pieces: Int) -> (body: String, consumed: Int, last: ChunkedDecoder.Step) {
    let wire = bytes(text)
    var decoder = ChunkedDecoder()
    var body: [UInt8] = []
    var position = 0
    var available = 0
    while true {
        let step = Array(wire[position..<available]).withRawSpan { decoder.decode($0) }
        switch step {
        case .bytes(let range):
            body += wire[(position + range.lowerBound)..<(position + range.upperBound)]
            position += range.upperBound
        case .needsMore(let consumed):
            position += consumed
            guard available < wire.count else {
                return (String(decoding: body, as: UTF8.self), position, step)
            }
            available = min(wire.count, available + pieces)
        case .end(let consumed):
            return (String(decoding: body, as: UTF8.self), position + consumed, step)
        case .refused:
            return (String(decoding: body, as: UTF8.self), position, step)
        }
    }
}

@Suite("RFC 9112 §7.1: the chunked transfer coding")
struct ChunkedDecoderTests {
    @Test(
        "bodies, in pieces of every size",
        arguments: [
            ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("5\r\nhello\r\n6\r\n world\r\n000\r\n\r\n", "hello world"),
            ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"), ("a;x=y\r\n0123456789\r\n0;z\r\n\r\n", "0123456789"),
            ("1 ;x=\"a\\b;\"\r\nq\r\n0\r\n\r\n", "q"), ("1\t \r\nq\r\n0\r\n\r\n", ""),
            ("1\r\nq\r\n0\r\nTrailer: x\r\nOther:\r\n\r\n", "q"), ("0000000000000001\r\nq\r\n0\r\n\r\n", "q"),
        ]
    )
    func bodies(text: String, body: String) {
        for pieces in 1...(text.utf8.count + 5) {
            let result = decode(text + "NEXT", pieces: pieces)
            guard !text.contains("\t") else {
                #expect(result.last == .refused(.badChunkSize))
                continue
            }
            #expect(result.body == body)
            #expect(result.consumed == text.utf8.count, "in pieces of \(pieces)")
        }
    }

    @Test(
        "what is not chunked is refused",
        arguments: [
            ("\r\n", ChunkedDecoder.Refusal.badChunkSize), ("g\r\n", .badChunkSize), ("-1\r\n", .badChunkSize),
            ("0x1\r\n", .badChunkSize), ("+1\r\n", .badChunkSize), (" 1\r\n", .badChunkSize), ("1,\r\n", .badChunkSize),
            ("00000000000000001\r\n", .badChunkSize), ("8000000000000000\r\n", .badChunkSize),
            ("ffffffffffffffff\r\n", .badChunkSize), ("1 1\r\n", .badChunkSize), ("1\nq", .badChunkSize),
            ("1\rq", .badLineEnd), ("1\r\nqq\r\n", .badLineEnd), ("1\r\nq\n", .badLineEnd), ("1\r\nq\rx", .badLineEnd),
            ("1;a\nq", .badExtension), ("1;a\u{00}\r\n", .badExtension), ("1;a=\"b\r\n", .badExtension),
            ("0\r\n x\r\n\r\n", .badTrailer), ("0\r\n: x\r\n\r\n", .badTrailer), ("0\r\nX\r\n\r\n", .badTrailer),
            ("0\r\nX: \u{01}\r\n", .badTrailer), ("0\r\n\n", .badTrailer), ("0\r\n\rX", .badLineEnd),
            ("0\r\nX: y\rz", .badLineEnd), ("1;" + String(repeating: "x", count: 5000), .extensionsTooLong),
            ("0\r\nX: " + String(repeating: "y", count: 9000), .trailersTooLong),
        ]
    )
    func refusals(text: String, refusal: ChunkedDecoder.Refusal) {
        for pieces in [1, 7, 10_000] {
            #expect(decode(text, pieces: pieces).last == .refused(refusal))
        }
    }

    @Test("random changes give the same at every split")
    func mutations() {
        let seed = UInt64.random(in: 0 ... .max)
        print("ChunkedDecoderTests.mutations seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let alphabet = bytes("\r\n0123456789abcdef;\" :x")
        for _ in 0..<2000 {
            var wire = bytes("5;a=\"b\"\r\nhello\r\nC\r\n0123456789ab\r\n0\r\nT: x\r\n\r\n")
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                wire[Int.random(in: 0..<wire.count, using: &random)] = byte
            }
            let text = String(decoding: wire, as: UTF8.self)
            let whole = decode(text, pieces: wire.count)
            let single = decode(text, pieces: 1)
            #expect(whole.body == single.body, "seed \(seed): \(text)")
            if case .refused = whole.last {
                #expect(whole.last == single.last, "seed \(seed): \(text)")
            } else {
                #expect(whole.consumed == single.consumed, "seed \(seed): \(text)")
            }
        }
    }
}

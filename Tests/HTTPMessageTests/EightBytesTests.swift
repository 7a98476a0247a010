// Value. What is looked at eight bytes at a time comes to the same as byte by byte, wherever in a word a byte stands.

import HTTPMessage
import TestSupport
import Testing

@Suite("Eight bytes at a time: every byte at every place")
struct EightBytesTests {
    private static let places = [0, 1, 6, 7, 8, 9, 14, 15, 18]

    @Test("RFC 9110 §5.1: names are the same whatever the case of their letters, and only then")
    func names() {
        for name in ["te", "accept", "if-match", "cache-control", "if-modified-since"] as [StaticString] {
            let lower = Array(String(describing: name).utf8)
            for place in lower.indices {
                for byte in UInt8.min ... .max {
                    var bytes = lower
                    bytes[place] = byte
                    let isUpper = (0x41...0x5A).contains(byte) && byte | 0x20 == lower[place]
                    let matches = bytes.withRawSpan { $0.matches(0..<lower.count, lowercased: name) }
                    #expect(matches == (byte == lower[place] || isUpper), "\(name): byte \(byte) at \(place)")
                }
            }
        }
    }

    @Test("RFC 9112 §3.2: a target has visible bytes alone, and no fragment")
    func targets() {
        for byte in UInt8.min ... .max {
            for place in Self.places {
                var target = [UInt8](repeating: place % 2 == 0 ? 0x61 : 0xFF, count: 19)
                target[place] = byte
                let wire = Array("GET /".utf8) + target + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
                let parse = wire.withRawSpan { RequestParser.parse($0, limits: RequestLimits()) }
                let isGood = byte > 0x20 && byte != 0x7F && byte != 0x23
                if case .head(let head) = parse {
                    #expect(isGood && head.target == 4..<24, "byte \(byte) at \(place)")
                } else {
                    #expect(!isGood, "byte \(byte) at \(place)")
                }
            }
        }
    }

    @Test("RFC 9110 §5.5: a value in a request has no control but a tab")
    func values() {
        for byte in UInt8.min ... .max {
            for place in Self.places {
                var value = [UInt8](repeating: 0x78, count: 19)
                value[place] = byte
                let wire = Array("GET / HTTP/1.1\r\nHost: a\r\nAccept: ".utf8) + value + Array("\r\n\r\n".utf8)
                let isRead =
                    if case .head = wire.withRawSpan({ RequestParser.parse($0, limits: RequestLimits()) }) {
                        true
                    } else {
                        false
                    }
                #expect(isRead == (byte == 0x09 || byte >= 0x20 && byte != 0x7F), "byte \(byte) at \(place)")
            }
        }
    }

    @Test("what a quoted text holds as it is: visible ASCII and spaces, no quotation mark, no backslash")
    func plainText() {
        for byte in UInt8.min ... .max {
            for length in [1, 7, 8, 19] {
                for place in Self.places where place < length {
                    var text = [UInt8](repeating: 0x20, count: length)
                    text[place] = byte
                    let isPlain = text.withRawSpan { $0.isPlainText(0..<length) }
                    #expect(isPlain == ((0x20...0x7E).contains(byte) && byte != 0x22 && byte != 0x5C), "byte \(byte)")
                }
            }
        }
    }

    @Test("RFC 3986 §6.2: whether a path is normal does not hang on an empty query behind it")
    func paths() {
        for byte in UInt8.min ... .max where byte != 0x3F {
            for place in Self.places {
                for neighbour in Array("a./_Z9".utf8) {
                    var path = Array("/abc/def-ghi/j_k.jpg".utf8)
                    path[place + 1] = byte
                    path[place] = place == 0 ? path[0] : neighbour
                    for foldsCase in [false, true] {
                        let (alone, withQuery) = (isNormal(path, foldsCase), isNormal(path + [0x3F], foldsCase))
                        #expect(alone == withQuery, "\(String(decoding: path, as: UTF8.self)) \(foldsCase)")
                    }
                }
            }
        }
    }

    private func isNormal(_ path: [UInt8], _ foldsCase: Bool) -> Bool {
        path.withRawSpan { TargetNormalization.isNormal($0, foldsCase: foldsCase) }
    }
}

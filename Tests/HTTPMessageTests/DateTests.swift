// Value. Dates in every form, and what is none.

import TestSupport
import Testing

@testable import HTTPMessage

@Suite("RFC 9110 §5.6.7: dates")
struct DateTests {
    @Test(
        "the three forms, in any case",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Int64(784_111_777)), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("sun, 06 nov 1994 08:49:37 gmt", 784_111_777),
            ("SUN NOV  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 31 Dec 1969 23:59:59 GMT", -1), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Sun Nov 16 08:49:37 1994", 784_975_777), ("Mon, 31 Dec 2012 23:59:60 GMT", 1_356_998_400),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799), ("Sat, 01 Jan 0000 00:00:00 GMT", -62_167_219_200),
            ("Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ]
    )
    func forms(text: String, seconds: Int64) {
        #expect(HTTPDate.parse(text) == WallTime(secondsSinceEpoch: seconds))
    }

    @Test(
        "what is no date",
        arguments: [
            "", "0", "-1", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT",
            "Sun 06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08.49.37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:00:61 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
            "Foo, 06 Nov 1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 1994 GMT", "Sun, 06 Nov 1994 08:49:37 GMT; x", "Sun, 06 Nov -994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
        ]
    )
    func garbage(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test(
        "the two-digit year of RFC 850 is at most 50 years ahead",
        arguments: [
            ("94", 2026, 1994), ("26", 2026, 2026), ("76", 2026, 2076), ("77", 2026, 1977), ("20", 2090, 2120),
            ("99", 2090, 2099), ("40", 2090, 2140), ("41", 2090, 2041),
        ]
    )
    func twoDigitYear(year: String, now: Int, expected: Int) {
        let text = "Sunday, 06-Nov-\(year) 08:49:37 GMT"
        let relative = HTTPDate.parse("Mon, 01 Jun \(now) 00:00:00 GMT")
        #expect(HTTPDate.parse(text, relativeTo: relative) == HTTPDate.parse("Sun, 06 Nov \(expected) 08:49:37 GMT"))
    }

    @Test("what is written is read back, and is IMF-fixdate")
    func writing() {
        #expect(HTTPDate.format(WallTime(secondsSinceEpoch: 784_111_777)) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.format(WallTime(secondsSinceEpoch: -1)) == "Wed, 31 Dec 1969 23:59:59 GMT")
        #expect(HTTPDate.format(WallTime(secondsSinceEpoch: .max)) == "Fri, 31 Dec 9999 23:59:59 GMT")
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            let time = WallTime(secondsSinceEpoch: Int64.random(in: -62_167_219_200...253_402_300_799, using: &random))
            let text = HTTPDate.format(time)
            #expect(text.utf8.count == HTTPDate.length)
            #expect(HTTPDate.parse(text) == time)
        }
    }

    @Test("arithmetic of instants saturates")
    func arithmetic() {
        let time = WallTime(secondsSinceEpoch: 10)
        #expect(time + 5 == WallTime(secondsSinceEpoch: 15))
        #expect(time - 15 == WallTime(secondsSinceEpoch: -5))
        #expect(time - WallTime(secondsSinceEpoch: 4) == 6)
        #expect(WallTime(secondsSinceEpoch: .max) + 1 == WallTime(secondsSinceEpoch: .max))
        #expect(WallTime(secondsSinceEpoch: .min) - 1 == WallTime(secondsSinceEpoch: .min))
        #expect(WallTime(secondsSinceEpoch: .max) - WallTime(secondsSinceEpoch: .min) == .max)
    }

    @Test("a date is read where it stands as it is alone, in any form")
    func inPlace() {
        let dates = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        for text in dates + ["0", ""] {
            let head = Array("Date: \(text)\r\n".utf8)
            let time = head.withRawSpan { HTTPDate.parse($0, 6..<head.count - 2) }
            #expect(time == HTTPDate.parse(text))
            #expect((time == nil) == (text.utf8.count < 2))
        }
    }

    @Test("the usual spelling is read the short way, and what differs in a byte as it is the long way")
    func usual() {
        for seconds in stride(from: Int64(0), to: 5_000_000_000, by: 123_456_789) {
            let text = HTTPDate.format(WallTime(secondsSinceEpoch: seconds))
            #expect(Array(text.utf8).withRawSpan { UsualDate.parse($0) }?.secondsSinceEpoch == seconds)
            for offset in text.utf8.indices.enumerated() {
                for byte in [UInt8]("0459 :,-AaJGMTxf\u{0}".utf8) {
                    var bytes = Array(text.utf8)
                    bytes[offset.offset] = byte
                    guard let time = bytes.withRawSpan({ UsualDate.parse($0) }) else { continue }
                    var reader = DateReader(bytes: bytes)
                    _ = (reader.word(), reader.skip(","))
                    #expect(reader.fixdate() == time, "\(String(decoding: bytes, as: UTF8.self))")
                }
            }
        }
    }
}

// Value. The spellings of a host that are one, and those that are not.

import HTTPMessage
import TestSupport
import Testing

private func normalize(_ text: String) -> String {
    bytes(text).withRawSpan { String(decoding: HostNormalization.normalize($0), as: UTF8.self) }
}

private func isNormal(_ text: String) -> Bool { bytes(text).withRawSpan { HostNormalization.isNormal($0) } }

@Suite("RFC 3986 §6.2: one spelling a host")
struct HostNormalizationTests {
    @Test(
        "what is normal stays and is used in place",
        arguments: [
            "", "a", "img.example.com", "img.example.com:8080", "a:1", "a:8", "a:800", "a:4430", "a:65535", "127.0.0.1",
            "127.0.0.1:81", "xn--bcher-kva.example", "my_host", "long-name.of-a.host_01.example.com",
        ]
    )
    func normal(text: String) {
        #expect(isNormal(text))
        #expect(normalize(text) == text)
        #expect(HostNormalization.normalize(text) == text)
    }

    @Test("what stays and is not used in place", arguments: ["a~b", "a+b", "a%20b", "[::1]", "[::1]:81", "a..", "."])
    func kept(text: String) {
        #expect(!isNormal(text))
        #expect(normalize(text) == text)
    }

    @Test(
        "letter case, a dot at the end, default and empty ports, leading zeros, percent-encoding, addresses",
        arguments: [
            ("IMG.Example.com", "img.example.com"), ("img.example.com.", "img.example.com"), ("a.", "a"),
            ("example.com:80", "example.com"), ("example.com:443", "example.com"), ("example.com:", "example.com"),
            ("example.com:080", "example.com"), ("example.com:00443", "example.com"), ("a:08080", "a:8080"),
            ("a:0", "a:0"), ("a:00000", "a:0"), ("Example.COM.:80", "example.com"), ("a.:8080", "a:8080"),
            ("127.0.0.1.", "127.0.0.1"), ("127.0.0.1:80", "127.0.0.1"),
            ("%65xample.com", "example.com"), ("EX%41MPLE%2ecom%2E", "example.com"), ("a%c3%bc", "a%C3%BC"),
            ("a%2", "a%2"), ("A%zz", "a%zz"),
            ("A%%38DA", "a%%38da"), ("%41%", "%41%"), ("%41%4", "%41%4"), ("%2%35A", "%2%35a"),
            ("[::1]:80", "[::1]"), ("[::1]:0443", "[::1]"), ("[0:0::1]", "[::1]"),
            ("[2001:DB8::1]:81", "[2001:db8::1]:81"),
            ("[0:0:0:0:0:0:0:1]", "[::1]"), ("[2001:0db8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"), ("[V1.X]", "[v1.x]"),
        ]
    )
    func spelled(text: String, expected: String) {
        #expect(!isNormal(text) || text == expected)
        #expect(normalize(text) == expected)
        #expect(normalize(expected) == expected)
    }

    @Test(
        "what no request can name",
        arguments: ["u@a", "a b", "b\u{FC}cher.example", "a/b", "a:b", "[::1", ":80", "a:123456"]
    )
    func refused(text: String) { #expect(HostNormalization.normalize(text) == nil) }

    @Test(
        "RFC 5952: one spelling an IPv6 address",
        arguments: [
            ("::", "::"), ("0:0:0:0:0:0:0:0", "::"), ("::1", "::1"), ("1::", "1::"), ("ABCD:0:0:1::", "abcd:0:0:1::"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("0:1:0:2:3:4:5:6", "0:1:0:2:3:4:5:6"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("::FFFF:102:304", "::ffff:1.2.3.4"), ("1::1.2.3.4", "1::102:304"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ]
    )
    func addresses(text: String, expected: String) { #expect(IPv6Address(text.utf8)?.text == expected) }

    @Test(
        "what is no IPv6 address",
        arguments: [
            "", ":", ":::", "1", "1:2", "1::2::3", ":1::2", "1::2:", "12345::", "g::", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::", "1.2.3.4", "::1.2.3", "::1.2.3.256", "::1.2.3.4:5", "::01.2.3.4", "fe80::1%eth0",
        ]
    )
    func noAddresses(text: String) { #expect(IPv6Address(text.utf8) == nil) }

    @Test("whatever the bytes: normalizing is idempotent, and what is normal stays")
    func chance() {
        var generator = SeededGenerator()
        let alphabet = bytes("aB.:-_%0184[]~*")
        for _ in 0..<200_000 {
            let text = (0..<Int.random(in: 0...14, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let once = text.withRawSpan { HostNormalization.normalize($0) }
            let twice = once.withRawSpan { HostNormalization.normalize($0) }
            guard HostNormalization.normalize(String(decoding: text, as: UTF8.self)) != nil else { continue }
            #expect(once == twice, "\(String(decoding: text, as: UTF8.self))")
            let isNormal = text.withRawSpan { HostNormalization.isNormal($0) }
            #expect(!isNormal || once == text, "\(String(decoding: text, as: UTF8.self))")
        }
    }
}

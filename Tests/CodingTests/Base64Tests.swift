// Base 64 as HTTP Basic and etcd's JSON interface use it.

import Coding
import Testing

@Suite("RFC 4648 §4: base 64")
struct Base64Tests {
    @Test(
        "the vectors of RFC 4648 §10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func vectors(text: String, encoded: String) {
        #expect(Base64.encoded(text) == encoded)
        #expect(Base64.decoded(encoded) == Array(text.utf8))
        #expect(Base64.decoded(encoded.filter { $0 != "=" }) == Array(text.utf8))
    }

    @Test("every byte survives at every place, and in a mebibyte")
    func roundTrip() {
        for shift in 0..<3 {
            let bytes = Array(repeating: 7, count: shift) + (0...255).map { UInt8($0) }
            #expect(Base64.decoded(Base64.encoded(bytes)) == bytes)
        }
        let large = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        #expect(Base64.decoded(Base64.encoded(large)) == large)
    }

    @Test(
        "what is no base 64 is refused",
        arguments: [
            "A", "A===", "=", "==", "Zg=", "Zm9v=", "Zm9vY", "Zg==Zg==", "Z g=", "Zm9-", "Zm9_", "ü123", "Zm\n9v",
        ]
    )
    func refusal(text: String) { #expect(Base64.decoded(text) == nil) }
}

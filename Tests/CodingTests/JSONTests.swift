// JSON as larder reads and writes it.

import Coding
import Testing

@Suite("RFC 8259: JSON")
struct JSONTests {
    @Test(
        "a text is written as it was read",
        arguments: [
            "null", "true", "false", "0", "-12", "1.5", "\"\"", "\"a\\\"b\\\\c\\n\"", "[]", "{}",
            "[1,[2,{\"a\":null}]]",
            "{\"b\":1,\"a\":\"ü\"}",
        ]
    )
    func roundTrip(text: String) throws {
        #expect(try JSON(parsing: Array(text.utf8)).description == text)
    }

    @Test("escapes stand for their characters")
    func escapes() throws {
        let value = try JSON(parsing: Array(#" "\u0041\/\ud83d\ude00\t" "#.utf8))
        #expect(value.text == "A/😀\t")
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", "nul", "[1,]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "--1", "1e", "\"a",
            "\"\u{1}\"",
            #""\x""#, #""\ud83d""#, #""\u12g4""#, "[1] 2", "{\"a\":1,\"a\":2}", "1e999",
            String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
        ]
    )
    func refusal(text: String) {
        #expect(throws: JSON.Mistake.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func encoding() {
        #expect(throws: JSON.Mistake.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test("no text can end the script element it is written into")
    func scriptSafety() {
        #expect(JSON.string("</script>").description == "\"\\u003c/script>\"")
    }
}

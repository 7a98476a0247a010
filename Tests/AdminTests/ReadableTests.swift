// Figures as people read them.

import Admin
import Testing

@Suite("figures for people")
struct ReadableTests {
    @Test(
        "bytes",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (3_412_345, "3.4 MB"), (999_960, "1.0 MB"),
            (123_456_789, "123 MB"), (50_000_000_000, "50.0 GB"), (2_000_000_000_000_000, "2000 TB"),
        ]
    )
    func bytes(count: Int, text: String) { #expect(Readable.bytes(count) == text) }

    @Test("numbers", arguments: [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567"), (-1000, "-1 000")])
    func number(value: Int, text: String) {
        #expect(Readable.number(value) == String(text.map { $0 == " " ? "\u{202F}" : $0 }))
    }

    @Test(
        "durations",
        arguments: [(0.4, "0 s"), (59.0, "59 s"), (60.0, "1 min 0 s"), (7260.0, "2 h 1 min"), (200_000.0, "2 d 7 h")]
    )
    func duration(seconds: Double, text: String) { #expect(Readable.duration(seconds) == text) }

    @Test("latencies and shares")
    func others() {
        #expect(Readable.latency(sum: 0, count: 0) == "–")
        #expect(Readable.latency(sum: 0.5, count: 100) == "5.0 ms")
        #expect(Readable.latency(sum: 3, count: 2) == "1.50 s")
        #expect(Readable.percent(nil) == "–")
        #expect(Readable.percent(0.9167) == "91.7 %")
    }
}

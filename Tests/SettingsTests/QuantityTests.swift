// Sizes and durations as text: units, exactness, and what is refused with which hint.

import Testing

@testable import Settings

@Suite("sizes and durations have a unit") struct QuantityTests {
    @Test(
        "a size is read to the byte",
        arguments: [
            ("50GB", 50_000_000_000), ("50GiB", 53_687_091_200), ("1kB", 1000), ("1KB", 1000), ("1KiB", 1024),
            ("1.5GB", 1_500_000_000), ("0.1kB", 100), ("0", 0), ("0B", 0), ("7B", 7), ("2 MiB", 2_097_152),
            ("1_000MB", 1_000_000_000), ("1TB", 1_000_000_000_000), ("1TiB", 1_099_511_627_776), ("0.3B", 0),
        ]
    )
    func size(text: String, bytes: Int64) throws {
        #expect(try Quantity.size.parse(text) == bytes)
    }

    @Test(
        "a duration is read to the nanosecond",
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("1h", .seconds(3600)),
            ("2d", .seconds(172_800)), ("1.5h", .seconds(5400)), ("0.25s", .milliseconds(250)), ("0", .zero),
        ]
    )
    func duration(text: String, value: Duration) throws {
        #expect(try Duration.nanoseconds(Quantity.duration.parse(text)) == value)
    }

    @Test(
        "a wrong size says what is expected",
        arguments: [
            ("50", "\"50\" has no unit"), ("50G", "expected GB (10^9) or GiB (2^30)"), ("50gb", "expected GB"),
            ("50 Gigs", "unknown unit \"Gigs\""), ("", "\"\" is not a size"), ("GB", "is not a size"),
            ("-1GB", "is not a size"), ("1.GB", "is not a size"), (".5GB", "is not a size"),
            ("1.2.3GB", "is not a size"),
            ("99999999999999999999GB", "is too large"), ("9999999999TiB", "is too large"),
            ("1,5GB", "unknown unit \",5GB\""),
        ]
    )
    func wrongSize(text: String, says words: String) {
        let mistake = #expect(throws: Mistake.self) { try Quantity.size.parse(text) }
        #expect(mistake?.description.contains(words) == true, "\(mistake?.description ?? "")")
    }

    @Test(
        "a wrong duration says what is expected",
        arguments: [
            ("30", "has no unit"), ("30sec", "expected s"), ("5min", "expected m"), ("1w", "7d"), ("1H", "expected h"),
            ("fast", "is not a duration"), ("300000000d", "is too large"),
        ]
    )
    func wrongDuration(text: String, says words: String) {
        let mistake = #expect(throws: Mistake.self) { try Quantity.duration.parse(text) }
        #expect(mistake?.description.contains(words) == true, "\(mistake?.description ?? "")")
    }

    @Test(
        "a value's text is its shortest exact one, and reads back",
        arguments: [
            (10_000_000_000, "10GB"), (32_768, "32KiB"), (1000, "1kB"), (1_048_576, "1MiB"), (1001, "1001B"),
            (104_857_600, "100MiB"), (0, "0"),
        ] as [(Int64, String)]
    )
    func text(value: Int64, text: String) throws {
        #expect(Quantity.size.text(value) == text)
        #expect(try Quantity.size.parse(text) == value)
    }

    @Test(
        "the word that was meant is found",
        arguments: [
            ("maxsize", "max_size"), ("max-size", "max_size"), ("maxSize", "max_size"), ("mxa_size", "max_size"),
            ("memroy", "memory"), ("directroy", "directory"), ("colour", nil), ("x", nil),
        ]
    )
    func suggestion(word: String, meant: String?) {
        #expect(Suggestion.closest(to: word, among: ["directory", "max_size", "memory", "grace"]) == meant)
    }
}

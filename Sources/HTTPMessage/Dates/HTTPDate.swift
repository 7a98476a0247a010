// Value. Dates as HTTP fields write them (RFC 9110 §5.6.7).
//
// Owned by HTTPMessage. Invariant: all three date forms are read, only IMF-fixdate is written. Letters are compared
// without regard to case, and GMT is the only zone accepted (RFC 9111 §4.2); the name of the day need not fit the date.

/// Reads and writes HTTP dates.
public enum HTTPDate {
    /// The length of what `write` appends.
    public static let length = 29

    /// Reads a date in any of HTTP's three forms.
    ///
    /// - Parameters:
    ///   - text: A field value: IMF-fixdate, RFC 850 or asctime form.
    ///   - now: What the two-digit year of RFC 850 is near: one that seems more than 50 years ahead is in the past.
    ///     Without it 70…99 are of the 20th century.
    /// - Returns: The instant, or nil for anything else, "0" and "-1" included.
    public static func parse(_ text: String, relativeTo now: WallTime? = nil) -> WallTime? {
        guard text.utf8.count <= 40 else {
            return nil
        }
        // because a code unit has no padding: each of its bytes is initialized
        if let usual = unsafe UsualDate.parse(text.utf8.span.bytes) {
            return usual
        }
        var reader = DateReader(bytes: Array(text.utf8))
        guard let dayName = reader.word(), dayName >= 3 else {
            return nil
        }
        guard reader.skip(",") else {
            return dayName == 3 ? reader.asctime() : nil
        }
        return dayName == 3 ? reader.fixdate() : reader.rfc850(relativeTo: now)
    }

    /// Reads a date in any of HTTP's three forms in place.
    ///
    /// No allocation if it is spelled as usual.
    /// - Parameters:
    ///   - span: The bytes of a head.
    ///   - range: Where the date stands.
    /// - Returns: The instant, or nil for anything else.
    public static func parse(_ span: RawSpan, _ range: Range<Int>) -> WallTime? {
        UsualDate.parse(span.extracting(range)) ?? parse(span.text(range))
    }

    /// The IMF-fixdate of an instant, "Sun, 06 Nov 1994 08:49:37 GMT".
    ///
    /// - Parameter time: The instant; years outside 0…9999 are written as the nearest one inside.
    /// - Returns: 29 characters.
    public static func format(_ time: WallTime) -> String {
        var bytes: [UInt8] = []
        write(time, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the IMF-fixdate of an instant.
    ///
    /// - Parameters:
    ///   - time: The instant; years outside 0…9999 are written as the nearest one inside.
    ///   - bytes: Where its 29 bytes go.
    public static func write(_ time: WallTime, into bytes: inout [UInt8]) {
        let bounded = min(max(time.secondsSinceEpoch, -62_167_219_200), 253_402_300_799)
        let seconds = Int(bounded)
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        let date = CivilDate(daysSinceEpoch: days)
        let weekday = ((days % 7) + 11) % 7
        append(3, of: "SunMonTueWedThuFriSat", at: weekday, to: &bytes)
        append(2, of: ", ", at: 0, to: &bytes)
        Decimal.writeTwo(date.day, into: &bytes)
        bytes.append(ASCII.space)
        append(3, of: "JanFebMarAprMayJunJulAugSepOctNovDec", at: date.month - 1, to: &bytes)
        bytes.append(ASCII.space)
        Decimal.writeTwo(date.year / 100, into: &bytes)
        Decimal.writeTwo(date.year % 100, into: &bytes)
        bytes.append(ASCII.space)
        Decimal.writeTwo(second / 3600, into: &bytes)
        bytes.append(ASCII.colon)
        Decimal.writeTwo(second / 60 % 60, into: &bytes)
        bytes.append(ASCII.colon)
        Decimal.writeTwo(second % 60, into: &bytes)
        append(4, of: " GMT", at: 0, to: &bytes)
    }

    /// Appends one of the equally long words a literal is made of.
    private static func append(_ length: Int, of words: String, at index: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: words.utf8.dropFirst(index * length).prefix(length))
    }
}

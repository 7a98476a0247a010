// Value. Reads an IMF-fixdate in place, in the spelling that nearly all senders use.
//
// Owned by HTTPDate.parse, which tries the other forms and spellings if this refuses. Invariant: whatever is read here
// means the same to DateReader. No allocation.

enum UsualDate {
    /// Reads "Sun, 06 Nov 1994 08:49:37 GMT"; nil for anything else, valid or not.
    static func parse(_ text: RawSpan) -> WallTime? {
        guard text.byteCount == HTTPDate.length, isDayName(word(text, 0)), word(text, 26) == 0x474D54,
            text[3] == ASCII.comma, isSpace(text, 4), isSpace(text, 7), isSpace(text, 11), isSpace(text, 16),
            text[19] == ASCII.colon, text[22] == ASCII.colon, isSpace(text, 25)
        else {
            return nil
        }
        guard let day = two(text, 5), let month = month(word(text, 8)), let century = two(text, 12),
            let year = two(text, 14), let hour = two(text, 17), let minute = two(text, 20), let second = two(text, 23),
            hour < 24, minute < 60, second <= 60,
            let date = CivilDate(year: century * 100 + year, month: month, day: day)
        else {
            return nil
        }
        return WallTime(secondsSinceEpoch: Int64(date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second))
    }

    private static func isSpace(_ text: RawSpan, _ offset: Int) -> Bool { text[offset] == ASCII.space }

    /// Three letters as one number.
    private static func word(_ text: RawSpan, _ offset: Int) -> UInt32 {
        UInt32(text[offset]) << 16 | UInt32(text[offset + 1]) << 8 | UInt32(text[offset + 2])
    }

    private static func two(_ text: RawSpan, _ offset: Int) -> Int? {
        let (tens, ones) = (text[offset], text[offset + 1])
        return ASCII.isDigit(tens) && ASCII.isDigit(ones) ? Int(tens - ASCII.zero) * 10 + Int(ones - ASCII.zero) : nil
    }

    private static func isDayName(_ word: UInt32) -> Bool {
        switch word {
        case 0x53756E, 0x4D6F6E, 0x547565, 0x576564, 0x546875, 0x467269, 0x536174: true  // Sun to Sat
        default: false
        }
    }

    private static func month(_ word: UInt32) -> Int? {
        switch word {
        case 0x4A616E: 1  // Jan
        case 0x466562: 2  // Feb
        case 0x4D6172: 3  // Mar
        case 0x417072: 4  // Apr
        case 0x4D6179: 5  // May
        case 0x4A756E: 6  // Jun
        case 0x4A756C: 7  // Jul
        case 0x417567: 8  // Aug
        case 0x536570: 9  // Sep
        case 0x4F6374: 10  // Oct
        case 0x4E6F76: 11  // Nov
        case 0x446563: 12  // Dec
        default: nil
        }
    }
}

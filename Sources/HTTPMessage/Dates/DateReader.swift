// Value. A cursor over the text of a date, with one method a form of RFC 9110 §5.6.7.
//
// Owned by HTTPDate.parse. Invariant: strict in everything but case: one blank if the grammar has one, two digits
// if it has two, nothing after the end.

struct DateReader {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the name of a day, whole or three letters long, and gives its length.
    mutating func word() -> Int? {
        let start = position
        while position < bytes.count, ASCII.isLetter(bytes[position]) {
            position += 1
        }
        let word = String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
        let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
        let isName = names.contains { $0 == word || (word.utf8.count == 3 && $0.hasPrefix(word)) }
        return isName ? word.utf8.count : nil
    }

    mutating func skip(_ text: String) -> Bool {
        var rest = position
        for letter in text.utf8 {
            guard rest < bytes.count, ASCII.lowercased(bytes[rest]) == ASCII.lowercased(letter) else {
                return false
            }
            rest += 1
        }
        position = rest
        return true
    }

    /// " 06 Nov 1994 08:49:37 GMT", after "Sun,".
    mutating func fixdate() -> WallTime? {
        guard skip(" "), let day = number(2), skip(" "), let month = month(), skip(" "), let year = number(4), skip(" ")
        else {
            return nil
        }
        guard let time = timeOfDay(), skip(" GMT") else {
            return nil
        }
        return instant(year, month, day, time)
    }

    /// " 06-Nov-94 08:49:37 GMT", after "Sunday,".
    mutating func rfc850(relativeTo now: WallTime?) -> WallTime? {
        guard skip(" "), let day = number(2), skip("-"), let month = month(), skip("-"), let year = number(2), skip(" ")
        else {
            return nil
        }
        guard let time = timeOfDay(), skip(" GMT") else {
            return nil
        }
        guard let now else {
            return instant(year < 70 ? 2000 + year : 1900 + year, month, day, time)
        }
        let bounded = min(max(now.secondsSinceEpoch, 0), 253_402_300_799)
        let thisYear = CivilDate(daysSinceEpoch: Int(bounded / 86_400)).year
        let candidate = thisYear - thisYear % 100 + year
        // The candidate is of now's century; the next century's is right if that is within the 50 years ahead.
        if candidate + 100 <= thisYear + 50 {
            return instant(candidate + 100, month, day, time)
        }
        return instant(candidate > thisYear + 50 ? candidate - 100 : candidate, month, day, time)
    }

    /// " Nov  6 08:49:37 1994", after "Sun".
    mutating func asctime() -> WallTime? {
        guard skip(" "), let month = month(), skip(" ") else {
            return nil
        }
        guard let day = skip(" ") ? number(1) : number(2), skip(" "), let time = timeOfDay(), skip(" ") else {
            return nil
        }
        guard let year = number(4) else {
            return nil
        }
        return instant(year, month, day, time)
    }

    private mutating func number(_ digits: Int) -> Int? {
        guard position + digits <= bytes.count else {
            return nil
        }
        var value = 0
        for byte in bytes[position..<position + digits] {
            guard ASCII.isDigit(byte) else {
                return nil
            }
            value = value * 10 + Int(byte - ASCII.zero)
        }
        position += digits
        return value
    }

    private mutating func month() -> Int? {
        guard position + 3 <= bytes.count else {
            return nil
        }
        let name = String(decoding: bytes[position..<position + 3], as: UTF8.self).lowercased()
        let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        guard let index = names.firstIndex(of: name) else {
            return nil
        }
        position += 3
        return index + 1
    }

    /// "08:49:37" in seconds; 23:59:60, a leap second, counts as the second after it.
    private mutating func timeOfDay() -> Int? {
        guard let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2) else {
            return nil
        }
        return hour < 24 && minute < 60 && second <= 60 ? hour * 3600 + minute * 60 + second : nil
    }

    private func instant(_ year: Int, _ month: Int, _ day: Int, _ timeOfDay: Int) -> WallTime? {
        guard position == bytes.count, let date = CivilDate(year: year, month: month, day: day) else {
            return nil
        }
        return WallTime(secondsSinceEpoch: Int64(date.daysSinceEpoch * 86_400 + timeOfDay))
    }
}

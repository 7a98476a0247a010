// Stateless. Dates of HTTP (RFC 9110 §5.6.7), read and written by the model in its own way: by counting days.

/// Dates, as seconds since 1970.
package enum ModelDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let longDays = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads one of the three forms, names in any case; nil for anything else.
    package static func parse(_ text: String, now: Int) -> Int? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let isShort = days.contains { words[0].lowercased() == "\($0),".lowercased() }
        let isLong = longDays.contains { words[0].lowercased() == "\($0),".lowercased() }
        if words.count == 6, isShort || isLong, words[5].uppercased() == "GMT", words[1].count == 2, words[3].count == 4
        {
            return time(words[1], words[2], words[3], words[4])
        }
        if words.count == 4, isLong || isShort, words[3].uppercased() == "GMT" {
            let parts = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, parts[0].count == 2, parts[2].count == 2, let short = number(parts[2]) else {
                return nil
            }
            // More than 50 years ahead is the last such year that is past.
            let thisYear = year(of: now)
            var year = thisYear / 100 * 100 + short
            if year + 100 <= thisYear + 50 { year += 100 }
            if year > thisYear + 50 { year -= 100 }
            return time(parts[0], parts[1], "\(year)", words[2])
        }
        guard days.contains(where: { words[0].lowercased() == $0.lowercased() }) else { return nil }
        if words.count == 6, words[2].isEmpty, words[3].count == 1 {
            return time("0" + words[3], words[1], words[5], words[4])
        }
        return words.count == 5 && words[2].count == 2 ? time(words[2], words[1], words[4], words[3]) : nil
    }

    /// Writes a date in one of the three forms: 0 is IMF-fixdate, 1 RFC 850, 2 asctime.
    package static func text(_ time: Int, form: Int = 0) -> String {
        let count = time >= 0 ? time / 86_400 : -((-time + 86_399) / 86_400)
        var year = 1970
        var left = count
        while left < 0 {
            year -= 1
            left += length(year)
        }
        while left >= length(year) {
            left -= length(year)
            year += 1
        }
        var month = 0
        while left >= lengths(year)[month] {
            left -= lengths(year)[month]
            month += 1
        }
        let second = time - count * 86_400
        let clock = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        let weekday = ((count % 7) + 7) % 7
        switch form {
        case 1: return "\(longDays[weekday]), \(two(left + 1))-\(months[month])-\(two(year % 100)) \(clock) GMT"
        case 2:
            let day = left + 1 < 10 ? " \(left + 1)" : "\(left + 1)"
            return "\(days[weekday]) \(months[month]) \(day) \(clock) \(year)"
        default: return "\(days[weekday]), \(two(left + 1)) \(months[month]) \(year) \(clock) GMT"
        }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    private static func length(_ year: Int) -> Int { isLeap(year) ? 366 : 365 }
    private static func lengths(_ year: Int) -> [Int] {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    private static func year(of time: Int) -> Int {
        var year = 1970
        var left = time / 86_400
        while left >= length(year) {
            left -= length(year)
            year += 1
        }
        return year
    }

    private static func number(_ text: String) -> Int? {
        text.unicodeScalars.allSatisfy { ("0"..."9").contains($0) } ? Int(text) : nil
    }

    private static func time(_ day: String, _ month: String, _ year: String, _ clock: String) -> Int? {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ $0.count == 2 }), year.count == 4,
            let hour = number(parts[0]), let minute = number(parts[1]), let second = number(parts[2]),
            hour < 24, minute < 60, second <= 60, let day = number(day), let year = number(year),
            let month = months.firstIndex(where: { $0.lowercased() == month.lowercased() }),
            (1...lengths(year)[month]).contains(day)
        else { return nil }
        var count = 0
        for past in 1970..<max(year, 1970) { count += length(past) }
        for future in year..<max(year, 1970) { count -= length(future) }
        count += lengths(year)[..<month].reduce(0, +) + day - 1
        return count * 86_400 + hour * 3600 + minute * 60 + second
    }
}

// Values. Reports about a log that loses lines, and the lines that an incomplete write lost. Pure.

/// A change of a log's health.
package enum LogWriterEvent: Sendable, Equatable {
    /// Lines are lost from now on, for this reason.
    case failing(String)
    /// Lines are written again; the number of lines lost meanwhile.
    case recovered(lost: Int)
    /// The log has ended; the number of lines lost since it last worked.
    case ended(lost: Int)
}

/// Reports once that a log begins to lose lines, and once how many it lost.
struct LogHealth {
    private var isFailing = false
    /// The number of lost lines at the last event that reported it.
    private var told = 0

    /// Lines were lost, or the log cannot be opened.
    mutating func failed(_ reason: String) -> LogWriterEvent? {
        guard !isFailing else { return nil }
        isFailing = true
        return .failing(reason)
    }

    /// Lines were written; `lost` are those lost since the log was made.
    mutating func wrote(lost: Int) -> LogWriterEvent? {
        guard isFailing else { return nil }
        isFailing = false
        defer { told = lost }
        return .recovered(lost: lost - told)
    }

    /// The log has ended.
    mutating func ended(lost: Int) -> LogWriterEvent? {
        guard lost > told else { return nil }
        defer { told = lost }
        return .ended(lost: lost - told)
    }
}

/// The remainder of lines after a write that ended early.
struct BrokenWrite: Equatable {
    /// The rest of the line within which the write ended; it is written first, so that the line becomes whole.
    let rest: [UInt8]
    /// The lines behind it, which are lost.
    let lost: Int

    /// - Parameters:
    ///   - lines: Whole lines, each with its end.
    ///   - written: How many of their bytes were written.
    init(of lines: [UInt8], written: Int) {
        let left = lines[written...]
        let lineEnd = UInt8(ascii: "\n")
        let isWithinLine = written > 0 && lines[written - 1] != lineEnd
        let rest = isWithinLine ? left[...(left.firstIndex(of: lineEnd) ?? lines.endIndex - 1)] : []
        self.rest = Array(rest)
        lost = left.dropFirst(rest.count).count { $0 == lineEnd }
    }
}

// Value. Splits the bytes of a file into lines, as they arrive.
//
// Owned by HTTPMessage; the commands read lists and traces through it. Invariant: bytes are never decoded, so no line
// ends at a line break of some other encoding. The longest line bounds the memory used, whatever the file is.

/// Splits a file into lines, a piece at a time.
public struct LineReader: Sendable {
    /// What ends a line.
    public enum Ending: Sendable {
        /// LF or CR LF; a byte order mark before the first line is no part of it.
        case newline
        /// NUL, as `find -print0` ends names: everything else is part of the line.
        case null
    }

    /// One line.
    public struct Line: Sendable {
        /// Its number, from 1.
        public let number: Int
        /// Its bytes without its ending; empty if it is too long.
        public let bytes: ArraySlice<UInt8>
        /// Whether it has more than `longestLine` bytes; then these are skipped.
        public let isTooLong: Bool
    }

    /// Bytes of the longest line.
    public static let longestLine = 64 << 10

    private let ending: Ending
    /// The beginning of a line whose end has not come yet.
    private var rest: [UInt8] = []
    private var isTooLong = false
    /// Lines read so far.
    public private(set) var lines = 0

    /// Begins to read.
    /// - Parameter ending: What ends a line.
    public init(_ ending: Ending = .newline) { self.ending = ending }

    /// Takes the next bytes of the file.
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - body: Gets each line that they complete, empty ones included.
    /// - Throws: What `body` throws; the reader is of no use then.
    public mutating func read<Problem>(
        _ bytes: [UInt8],
        _ body: (Line) throws(Problem) -> Void
    ) throws(Problem) {
        let end: UInt8 = ending == .null ? 0 : ASCII.lf
        var start = bytes.startIndex
        while let found = bytes[start...].firstIndex(of: end) {
            if rest.isEmpty, !isTooLong {
                try body(line(bytes[start..<found]))
            } else {
                keep(bytes[start..<found])
                try finish(body)
            }
            start = found + 1
        }
        keep(bytes[start...])
    }

    /// The file ends here: its last line may have no ending.
    /// - Parameter body: Gets that line, unless nothing is behind the last ending.
    /// - Throws: What `body` throws.
    public mutating func finish<Problem>(_ body: (Line) throws(Problem) -> Void) throws(Problem) {
        guard !rest.isEmpty || isTooLong else { return }
        let last = rest
        rest = []
        try body(line(last[...]))
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        guard !isTooLong else { return }
        rest += bytes
        // A byte order mark and a CR may still come off.
        if rest.count > Self.longestLine + 4 {
            isTooLong = true
            rest = []
        }
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) -> Line {
        lines += 1
        var bytes = bytes
        if ending == .newline {
            if lines == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
            while bytes.last == ASCII.cr { bytes = bytes.dropLast() }
        }
        let isLong = isTooLong || bytes.count > Self.longestLine
        isTooLong = false
        return Line(number: lines, bytes: isLong ? [] : bytes, isTooLong: isLong)
    }
}

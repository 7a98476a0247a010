// Value. Reads a list of names from the bytes of a file, as they arrive.
//
// Owned by HTTPMessage; every command that accepts a list uses it. Invariant: each line that is neither empty nor a
// comment gives a name or the reason why it is invalid; no line is changed.

/// Reads names of pictures, one a line.
public struct NameReader: Sendable {
    /// What a list holds.
    public enum Kind: Sendable {
        /// Paths and full URLs, as in requests.
        case urls
        /// Names of files below the pictures' directory.
        case files
    }

    /// Why a line names no picture.
    public enum Problem: Error, Sendable, Equatable {
        /// It is longer than any line may be.
        case tooLong
        /// Its bytes are no name.
        case name(PictureName.Problem)
    }

    /// A line that is neither empty nor a comment.
    public struct Item: Sendable {
        /// Its number, from 1.
        public let number: Int
        /// The name as it can be shown.
        public let text: String
        /// What it names.
        public let name: Result<PictureName, Problem>
    }

    private let rules: Rules
    private var reader: LineReader

    /// Begins to read.
    /// - Parameters:
    ///   - kind: What the lines are.
    ///   - ending: What ends a line. Between NULs there are no comments.
    public init(_ kind: Kind, _ ending: LineReader.Ending = .newline) {
        rules = Rules(kind: kind, hasComments: ending == .newline)
        reader = LineReader(ending)
    }

    /// Takes the next bytes of the list.
    /// - Parameter bytes: The bytes.
    /// - Returns: The names of the lines that they complete.
    public mutating func read(_ bytes: [UInt8]) -> [Item] {
        var items: [Item] = []
        let rules = rules
        reader.read(bytes) { if let item = rules.item($0) { items.append(item) } }
        return items
    }

    /// The list ends here: its last line may have no line break.
    /// - Returns: The name of that line.
    public mutating func finish() -> [Item] {
        var items: [Item] = []
        let rules = rules
        reader.finish { if let item = rules.item($0) { items.append(item) } }
        return items
    }
}

/// What a line of a list means.
private struct Rules: Sendable {
    /// Bytes of a name that are shown.
    private static let shownBytes = 200

    let kind: NameReader.Kind
    let hasComments: Bool

    func item(_ line: LineReader.Line) -> NameReader.Item? {
        if line.isTooLong { return NameReader.Item(number: line.number, text: "", name: .failure(.tooLong)) }
        guard !line.bytes.isEmpty, !(hasComments && line.bytes.starts(with: [ASCII.hash, ASCII.space])) else {
            return nil
        }
        let isLong = line.bytes.count > Self.shownBytes
        let text = PercentEncoding.readable(line.bytes.prefix(Self.shownBytes)) + (isLong ? "…" : "")
        return NameReader.Item(
            number: line.number,
            text: text,
            name: Result { () throws(NameReader.Problem) in try name(line.bytes) }
        )
    }

    private func name(_ bytes: ArraySlice<UInt8>) throws(NameReader.Problem) -> PictureName {
        do {
            return switch kind {
            case .urls: try PictureName(url: bytes)
            case .files: try PictureName(file: bytes)
            }
        } catch {
            throw .name(error)
        }
    }
}

extension NameReader.Problem {
    /// The fault: the end of a sentence that begins with the name.
    public var words: String {
        switch self {
        case .tooLong: "is longer than \(LineReader.longestLine >> 10) KiB; is this a list of names?"
        case .name(let problem): problem.words
        }
    }
}

// Confined to the command that reads it. The names of a list, a file or standard input, one after the other.

import ArgumentParser
import HTTPMessage

/// `--paths` and `--null`: what a list of names looks like.
struct ListOptions: ParsableArguments {
    @Flag(help: "The list has names of files below the pictures' directory, as find prints them there, not URLs.")
    var paths = false
    @Flag(name: [.customLong("null"), .customShort("0")], help: "Names end with NUL, as find -print0 writes them.")
    var isNullSeparated = false

    /// What every command's help says of lists.
    static let help = """
        A list has a path or full URL on each line, as in a request; with --paths, a file's name. Names are taken byte \
        by byte, blanks included: only the line's end (LF or CR LF) is no part of them. Empty lines are skipped, and \
        lines that begin with # and a blank. A line that is no name is reported with its number, and the rest is done; \
        the exit status is 1 then.
        """
}

final class NameList {
    private let input: InputFile
    private var reader: NameReader
    private var items: [NameReader.Item] = []
    private var isAtEnd = false

    init(_ file: FileArgument, _ options: ListOptions) throws(Failure) {
        input = try InputFile(file)
        reader = NameReader(options.paths ? .files : .urls, options.isNullSeparated ? .null : .newline)
    }

    /// The next name, or the line that is none; nil at the end of the list.
    func next() throws(Failure) -> NameReader.Item? {
        while items.isEmpty, !isAtEnd {
            if let piece = try input.next(65_536) {
                items = reader.read(piece).reversed()
            } else {
                items = reader.finish().reversed()
                isAtEnd = true
            }
        }
        return items.popLast()
    }
}

/// What was not done of a list.
///
/// The first failures are told on standard error, each with its line; all are counted.
struct ListFailures {
    private static let toldFailures = 1000

    private let file: FileArgument
    private(set) var count = 0

    init(_ file: FileArgument) { self.file = file }

    mutating func add(_ item: NameReader.Item, _ reason: String) {
        count += 1
        guard count <= Self.toldFailures else { return }
        Console.write("\(place(item)): \(item.text.isEmpty ? "the line" : item.text) \(reason)\n", to: 2)
        if count == Self.toldFailures { Console.write("\(file.text): further failures are only counted\n", to: 2) }
    }

    /// File and line, as compilers write them.
    func place(_ item: NameReader.Item) -> String { "\(file.text):\(item.number)" }
}

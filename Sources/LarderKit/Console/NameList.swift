// Confined to the command that reads it. The names of a list, a file or standard input, one after the other.

package import HTTPMessage

package final class NameList {
    let file: FileArgument
    private let input: InputFile
    private var reader: NameReader
    private var items: [NameReader.Item] = []
    private var isAtEnd = false

    package init(_ file: FileArgument, _ kind: NameReader.Kind, _ ending: LineReader.Ending) throws(Failure) {
        self.file = file
        input = try InputFile(file)
        reader = NameReader(kind, ending)
    }

    /// The next name, or a line that is not one; nil at the end of the list.
    package func next() throws(Failure) -> NameReader.Item? {
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

// Confined to the command that reads the list. Reports the first failures on standard error, each with its line, and
// counts all of them.

package import HTTPMessage

package struct ListFailures {
    private static let reportedFailures = 1000

    private let file: FileArgument
    package private(set) var count = 0

    package init(_ file: FileArgument) { self.file = file }

    package mutating func add(_ item: NameReader.Item, _ reason: String) {
        count += 1
        guard count <= Self.reportedFailures else { return }
        Console.write("\(place(item)): \(item.text.isEmpty ? "the line" : item.text) \(reason)\n", to: 2)
        if count == Self.reportedFailures { Console.write("\(file.text): further failures are only counted\n", to: 2) }
    }

    /// File and line, as compilers write them.
    func place(_ item: NameReader.Item) -> String { "\(file.text):\(item.number)" }
}

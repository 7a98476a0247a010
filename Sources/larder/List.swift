// larder ls: what is stored.

import Admin
import ArgumentParser
import HTTPMessage

struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List stored pictures.",
        discussion: """
            Prints size, age, how long the picture is still fresh, and its key, in the order of the keys.

            EXAMPLES
              larder ls /images/0042/
              larder ls --limit 1000 --json
            """
    )

    @OptionGroup var options: AdminOptions
    @OptionGroup var json: JSONOption
    @Argument(help: ArgumentHelp("What the paths begin with; a full URL where keys have a host.", valueName: "prefix"))
    var prefix: NameArgument?
    @Option(help: ArgumentHelp("How many at most, up to 1000.", valueName: "count"))
    var limit = 100

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 1000.") }
    }

    func run() async throws {
        try await reportingFailures {
            let query = prefix.map { "&prefix=\(PercentEncoding.query($0.text))" } ?? ""
            let report = try AdminClient(options).get("/objects?limit=\(limit)\(query)")
            json.isWanted ? Console.print(report.indented) : tell(report)
        }
    }

    private func tell(_ report: JSON) {
        let responses = report["responses"]?.items ?? []
        guard !responses.isEmpty else {
            return Console.print("nothing is stored\(prefix.map { " under \($0.text)" } ?? "")")
        }
        var table = TextTable(.right, .right, .right, .left)
        table.add("SIZE", "AGE", "FRESH FOR", "KEY")
        for response in responses {
            let left = response["ttl_seconds"]?.double ?? 0
            let variant = response["variant"]?.text ?? ""
            table.add(
                Readable.bytes(response["bytes"]?.whole ?? 0),
                Readable.duration(response["age_seconds"]?.double ?? 0),
                left > 0 ? Readable.duration(left) : "stale",
                (response["key"]?.text ?? "") + (variant.isEmpty ? "" : "  [\(Self.visible(variant))]")
            )
        }
        for line in table.lines() { Console.print(line) }
        if report["is_truncated"]?.isTrue == true { Console.print("… and more; see --limit") }
    }

    /// A variant's text has line ends between its fields.
    private static func visible(_ variant: String) -> String {
        String(variant.map { $0.isNewline || $0 == "\0" ? " " : $0 })
    }
}

// larder purge: removes stored responses by key, prefix, pattern, or all.

import Admin
import ArgumentParser

struct Purge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove stored pictures.",
        discussion: """
            A purge holds from the moment it is taken: no purged picture is served any more, and none that was on its \
            way is stored. The command waits until what it removed is counted.

            A picture is named by its path (/images/a.jpg) or a full URL. Where the host is part of the key (an \
            origin with host_header: client, a route with a host), only full URLs name one; the command says so. \
            Percent-encoding need not match: /a%7eb is /a~b.

            In a pattern * is any text, slashes included, and ? is one character: /my?photo.jpg matches \
            /my%20photo.jpg. A star and a question mark of the name itself are %2A and %3F.

            EXAMPLES
              larder purge /images/0042/front.jpg http://www.example.com/logo.png
              larder purge --prefix /images/0042/
              larder purge --glob '/images/*/thumb-?.jpg'
              larder purge --all
            """
    )

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var json: JSONOption
    @Argument(help: ArgumentHelp("Paths or full URLs of pictures.", valueName: "url"))
    var urls: [String] = []
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Everything whose path begins so; may be given again.", valueName: "path")
    )
    var prefix: [String] = []
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Everything that matches: * is any text, ? any one character.", valueName: "pattern")
    )
    var glob: [String] = []
    @Flag(help: "Everything.")
    var all = false

    func validate() throws {
        guard all || !(urls + prefix + glob).isEmpty else {
            throw ValidationError("Name what to purge: a URL, --prefix, --glob or --all.")
        }
    }

    func run() async throws {
        try await reportingFailures {
            let (report, isComplete) = try await AdminClient(options).post("/purge", order)
            json.isWanted ? Console.print(report.indented) : tell(report, isComplete)
        }
    }

    private var order: JSON {
        var members: [JSON.Member] = []
        for (name, texts) in [("url", urls), ("prefix", prefix), ("glob", glob)] where !texts.isEmpty {
            members.append(.init(name, .array(texts.map { .string($0) })))
        }
        if all { members.append(.init("all", true)) }
        return .object(members)
    }

    private func tell(_ report: JSON, _ isComplete: Bool) {
        Console.print(Self.words(report))
        let rules = report["rules"]?.items ?? []
        if rules.count > 1 {
            var table = TextTable(.left, .left)
            for rule in rules { table.add(rule["rule"]?.text ?? "", Self.words(rule)) }
            for line in table.lines(indent: 2) { Console.print(line) }
        }
        if !isComplete { Console.print("the purge holds; what is left of it is still being removed") }
    }

    private static func words(_ removed: JSON) -> String {
        let count = removed["responses"]?.whole ?? 0
        guard count > 0 else { return "removed nothing" }
        let bytes = Readable.bytes(removed["bytes"]?.whole ?? 0)
        return "removed \(Readable.number(count)) \(count == 1 ? "response" : "responses"), \(bytes)"
    }
}

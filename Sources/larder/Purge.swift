// larder purge: removes stored responses by key, prefix, pattern, or all.

import Admin
import ArgumentParser
import Coding
import LarderKit

struct Purge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove stored pictures.",
        discussion: """
            A purge takes effect at once: larder serves no purged picture any more, and stores none that was being \
            fetched. The command waits until the removed pictures are counted and the purge is on the disk.

            The exit status is 0 if the purge is done. It is 3 if the purge is in effect but the disk did not take it, \
            so that a crash of larder or of the machine may undo it; larder tries again until it succeeds.

            Give the path of a picture (/images/a.jpg) or its full URL. If the host is part of the key (an origin with \
            host_header: client, a route with a host), the full URL is needed; the command says so. Percent-encoding \
            need not match: /a%7eb is /a~b.

            In a pattern, * matches any text, slashes included, and ? matches one character: /my?photo.jpg matches \
            /my%20photo.jpg. Write %2A and %3F for a star and a question mark in the name itself.

            \(ListOptions.help)

            EXAMPLES
              larder purge /images/0042/front.jpg http://www.example.com/logo.png
              larder purge --prefix /images/0042/
              larder purge --glob '/images/*/thumb-?.jpg'
              larder purge --from changed.txt
              cd /srv/pictures && find . -name 'x*.jpg' | larder purge --paths -
              larder purge --all
            """
    )

    @OptionGroup var options: AdminOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var json: JSONOption
    @Argument(help: ArgumentHelp("Paths or full URLs of pictures; - for a list on standard input.", valueName: "url"))
    var urls: [NameArgument] = []
    @Option(help: ArgumentHelp("A list of pictures.", valueName: "file"))
    var from: FileArgument?
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Every picture whose path has this prefix; repeatable.", valueName: "path")
    )
    var prefix: [NameArgument] = []
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Every picture that matches: * is any text, ? is one character.", valueName: "pattern")
    )
    var glob: [NameArgument] = []
    @Flag(help: "Every picture.")
    var all = false

    /// The most rules of one command, as many as the admin interface accepts at a time.
    private static let mostRules = 1000

    private var listFile: FileArgument? { from ?? (urls.contains { $0.text == "-" } ? .standardInput : nil) }

    func validate() throws {
        let rules = (urls + prefix + glob).count + (all ? 1 : 0)
        if listFile != nil {
            guard rules == (from == nil ? 1 : 0) else {
                throw ValidationError(
                    "A list is purged on its own: omit other URLs, --prefix, --glob and --all."
                )
            }
            return
        }
        guard !list.paths, !list.isNullSeparated else {
            throw ValidationError(
                "--paths and --null describe a list: name it with --from FILE, or - for standard input."
            )
        }
        guard rules > 0 else {
            throw ValidationError("Name what to purge: a URL, --from, --prefix, --glob or --all.")
        }
        guard rules <= Self.mostRules else {
            throw ValidationError(
                "These are more than \(Self.mostRules) rules; a list of URLs (--from, or -) may be longer."
            )
        }
    }

    func run() async throws {
        try await reportingFailures {
            let client = try options.client()
            if let listFile {
                var list = PurgeList(try list.names(of: listFile), client)
                let report = try list.run()
                json.isWanted ? Console.print(report.json.indented) : printReport(report)
                if report.failures > 0 { throw ExitCode.failure }
                if report.remainder != nil { throw ExitCode.notDurable }
            } else {
                let (report, isDone) = try purge(client)
                json.isWanted ? Console.print(report.indented) : printReport(report, isDone)
                if !isDone { throw ExitCode.notDurable }
            }
        }
    }

    /// Purges, and names the refused option.
    private func purge(_ client: AdminClient) throws(Failure) -> (value: JSON, isDone: Bool) {
        do {
            return try client.post("/purge", order)
        } catch {
            guard let option = ["prefix", "glob"].first(where: { error.refusedField?.hasPrefix($0) == true }) else {
                throw error
            }
            throw Failure("--\(option): \(error)")
        }
    }

    private var order: JSON {
        var members: [JSON.Member] = []
        for (name, texts) in [("url", urls), ("prefix", prefix), ("glob", glob)] where !texts.isEmpty {
            members.append(.init(name, .array(texts.map { .string($0.text) })))
        }
        if all { members.append(.init("all", true)) }
        return .object(members)
    }

    private func printReport(_ report: JSON, _ isDone: Bool) {
        Console.print(Self.words(report))
        let rules = report["rules"]?.items ?? []
        if rules.count > 1 {
            var table = TextTable(.left, .left)
            for rule in rules { table.add(rule["rule"]?.text ?? "", Self.words(rule)) }
            for line in table.lines(indent: 2) { Console.print(line) }
        }
        if !isDone { Self.printRemainder(report.remainder) }
    }

    private func printReport(_ report: PurgeListReport) {
        let names = "\(Readable.number(report.names)) \(report.names == 1 ? "name" : "names")"
        let failed = report.failures > 0 ? ", \(Readable.number(report.failures)) failed" : ""
        Console.print("\(names): \(Self.words(report.responses, report.bytes))\(failed)")
        if let remainder = report.remainder { Self.printRemainder(remainder) }
    }

    private static func printRemainder(_ reason: String) {
        Console.print("the purge is in effect but not on the disk yet: a crash may undo it. \(reason)")
    }

    private static func words(_ removed: JSON) -> String {
        words(removed["responses"]?.whole ?? 0, removed["bytes"]?.whole ?? 0)
    }

    private static func words(_ responses: Int, _ bytes: Int) -> String {
        guard responses > 0 else { return "removed nothing" }
        let noun = responses == 1 ? "response" : "responses"
        return "removed \(Readable.number(responses)) \(noun), \(Readable.bytes(bytes))"
    }
}

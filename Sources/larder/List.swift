// larder ls: lists the stored responses.

import Admin
import ArgumentParser
import Coding
import Glibc
import HTTPMessage
import LarderKit

struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List stored pictures.",
        discussion: """
            Prints status, type, size, age, the remaining freshness and the key, in the order of the keys. With --all \
            it lists every picture, 1000 at a time.

            A full URL lists the pictures of one host: its own, and those that it shares with other hosts.

            EXAMPLES
              larder ls /images/0042/
              larder ls http://img.example.com/
              larder ls --all --json
            """
    )

    /// The most responses that the admin interface lists at a time.
    private static let largestPage = 1000

    @OptionGroup var options: AdminOptions
    @OptionGroup var json: JSONOption
    @Argument(help: ArgumentHelp("The prefix of the paths; a full URL if keys have a host.", valueName: "prefix"))
    var prefix: NameArgument?
    @Option(help: ArgumentHelp("The most pictures to list, up to 1000. (default: 100)", valueName: "count"))
    var limit: Int?
    @Flag(help: "List everything.")
    var all = false

    func validate() throws {
        guard limit == nil || !all else { throw ValidationError("--all has no limit: omit --limit.") }
        guard (1...Self.largestPage).contains(limit ?? 1) else {
            throw ValidationError("--limit must be a number from 1 to \(Self.largestPage); --all lists everything.")
        }
    }

    func run() async throws {
        try await reportingFailures {
            let client = try options.client()
            if all {
                try listAll(client)
            } else {
                let report = try page(client, limit: limit ?? 100, cursor: nil)
                json.isWanted ? Console.print(report.indented) : printReport(report)
            }
        }
    }

    private func page(_ client: AdminClient, limit: Int, cursor: String?) throws(Failure) -> JSON {
        let place = cursor.map { "&cursor=\($0)" } ?? ""
        let query = prefix.map { "&prefix=\(PercentEncoding.query($0.text))" } ?? ""
        return try client.get("/objects?limit=\(limit)\(place)\(query)")
    }

    /// Prints page after page, in the form of one response.
    private func listAll(_ client: AdminClient) throws(Failure) {
        var cursor: String?
        var isFirst = true
        if json.isWanted { Console.print("{\"responses\": [") }
        repeat {
            let report = try page(client, limit: Self.largestPage, cursor: cursor)
            cursor = report["next"]?.text
            let responses = report["responses"]?.items ?? []
            if json.isWanted {
                let lines = responses.map(\.description).joined(separator: ",\n")
                Console.write((isFirst || responses.isEmpty ? "" : ",\n") + lines, to: STDOUT_FILENO)
            } else if isFirst || !responses.isEmpty {
                printTable(responses, hasTitle: isFirst)
            }
            isFirst = false
        } while cursor != nil
        if json.isWanted { Console.print("\n], \"is_truncated\": false, \"next\": null}") }
    }

    private func printReport(_ report: JSON) {
        printTable(report["responses"]?.items ?? [], hasTitle: true)
        if report["is_truncated"]?.isTrue == true { Console.print("… and more: --limit, or --all") }
    }

    private func printTable(_ responses: [JSON], hasTitle: Bool) {
        guard !responses.isEmpty else {
            return Console.print("nothing is stored\(prefix.map { " under \($0.text)" } ?? "")")
        }
        var table = TextTable(.right, .left, .right, .right, .right, .left)
        if hasTitle { table.add("STATUS", "TYPE", "SIZE", "AGE", "FRESH FOR", "KEY") }
        for response in responses {
            let left = response["ttl_seconds"]?.double ?? 0
            let variant = response["variant"]?.text ?? ""
            table.add(
                Self.status(response),
                response["type"]?.text ?? "–",
                Readable.bytes(response["bytes"]?.whole ?? 0),
                Readable.duration(response["age_seconds"]?.double ?? 0),
                left > 0 ? Readable.duration(left) : "stale",
                (response["key"]?.text ?? "") + (variant.isEmpty ? "" : "  [\(Self.visible(variant))]")
            )
        }
        for line in table.lines() { Console.print(line) }
    }

    /// The status; a dash if the record is gone by now.
    private static func status(_ response: JSON) -> String {
        guard let status = response["status"]?.whole, status > 0 else { return "–" }
        return "\(status)"
    }

    /// A variant's text with line ends between its fields made visible.
    private static func visible(_ variant: String) -> String {
        String(variant.map { $0.isNewline || $0 == "\0" ? " " : $0 })
    }
}

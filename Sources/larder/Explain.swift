// larder explain: what is stored for a URL, where it came from, and what would become of a request for it now.

import Admin
import ArgumentParser
import HTTPMessage
import LarderKit

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell what is known of a URL and what a request for it would get.",
        discussion: """
            Asks the running larder, and changes nothing there: no access is counted, nothing is fetched, and nothing \
            is brought into memory. Prints

              the cache key, and what the origins are asked for
              the route that takes the request, with its own cache settings
              what would become of a GET now, with the reason in the words of
                Cache-Status (RFC 9211)
              every stored variant: status, size, age, how long it is fresh,
                validators, where it lies, the origin it came from, and the
                request fields that select it (* marks the one selected)
              the origins in the order in which they would be asked, and
                which of them are failing
              how the last fills of the key ended, and what each origin
                answered (the last 1024 fills of all keys are remembered)

            A URL is named in full (http://www.example.com/a.jpg), or by its path alone where it has the same key on \
            every host. A URL of which nothing is stored is no error.

            EXAMPLES
              larder explain /images/0042/front.jpg
              larder explain http://img.example.com/a.jpg --header 'Accept: image/webp'
              larder explain /a.jpg --header 'Cache-Control: no-cache' --json
            """
    )

    @OptionGroup var options: AdminOptions
    @OptionGroup var json: JSONOption
    @Argument(help: ArgumentHelp("The path or full URL of a picture.", valueName: "url"))
    var url: NameArgument
    @Option(
        name: .customLong("header"),
        parsing: .singleValue,
        help: ArgumentHelp("A field of the request, as 'Name: value'; may be given again.", valueName: "field")
    )
    var headers: [String] = []

    func validate() throws {
        guard !url.text.isEmpty else { throw ValidationError("Name a URL.") }
        for header in headers { try ArgumentBytes.check(header, "The header field") }
        for header in headers where !header.contains(":") {
            throw ValidationError("\"\(header)\" is no header field, as 'Accept: image/webp' is.")
        }
    }

    func run() async throws {
        try await reportingFailures {
            let query = headers.map { "&header=\(PercentEncoding.query($0))" }.joined()
            let report = try options.client().get("/explain?url=\(PercentEncoding.query(url.text))\(query)")
            Console.print(json.isWanted ? report.indented : ExplainText(report).text)
        }
    }
}

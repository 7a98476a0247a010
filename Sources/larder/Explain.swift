// larder explain: shows the stored responses of a URL, their origins, and what would happen to a request for it now.

import ArgumentParser
import Coding
import HTTPMessage
import LarderKit

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is stored for a URL and what a request for it would get.",
        discussion: """
            Asks the running larder and changes nothing there: it counts no access, fetches nothing, and loads \
            nothing into memory. Prints

              the cache key, and the target that the origins get
              the route of the request, with its own cache settings
              what a GET would get now, with the reason in the words of
                Cache-Status (RFC 9211)
              every stored variant: status, size, age, how long it is fresh,
                validators, its place, its origin, and the request fields
                that select it (* marks the one that is selected)
              the origins in the order in which they would be tried, and
                which of them are failing
              the results of the last fills of the key, and each origin's
                response (of the last 1024 fills of all keys)

            Give the full URL (http://www.example.com/a.jpg), or the path alone if it has the same key on every host. A \
            URL without a stored response is not an error.

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
        help: ArgumentHelp("A field of the request, as 'Name: value'; repeatable.", valueName: "field")
    )
    var headers: [String] = []

    func validate() throws {
        guard !url.text.isEmpty else { throw ValidationError("Name a URL.") }
        for header in headers { try ArgumentBytes.check(header, "The header field") }
        for header in headers where !header.contains(":") {
            throw ValidationError("\"\(header)\" is not a header field such as 'Accept: image/webp'.")
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

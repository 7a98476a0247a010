// larder stats: shows the figures of the running larder to people.

import ArgumentParser
import Coding
import LarderKit

struct Stats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the figures of the running larder.",
        discussion: """
            Figures count from larder's start. --json prints all of them under names that do not change; monitoring \
            reads the same figures at /metrics of the admin interface.

            EXAMPLES
              larder stats
              larder stats --json
            """
    )

    @OptionGroup var options: AdminOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        try await reportingFailures {
            let stats = try options.client().get("/stats")
            Console.print(json.isWanted ? stats.indented : StatsText(stats).text)
        }
    }
}

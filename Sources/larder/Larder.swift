// The executable: names its commands, each in a file of its own. LarderKit does the work.

import ArgumentParser
// Replaces the C library's malloc in the whole process.
import CMimalloc
import Glibc
import LarderKit

@main
struct Larder: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "larder",
        abstract: "A read-through cache for pictures.",
        discussion: """
            larder runs on a web server, on localhost. IIS, nginx or Apache sends the requests for pictures to it. It \
            serves stored pictures from this machine's disk or memory. It fetches other pictures from the first origin \
            of a list that responds, and stores them.

            serve and check read the whole configuration file. purge, stats, explain, ls and warm ask the running \
            larder. Its address comes from --admin URL (warm: --url), or from a configuration file, even if that has \
            other problems. verify reads the cache directory. simulate needs none of them.

            EXAMPLES
              larder check --config larder.yaml
              larder serve --config larder.yaml
              larder purge /images/0042/front.jpg
              larder stats
              larder explain /images/0042/front.jpg
              larder simulate --from-log access.log --size 50GB

            EXIT STATUS
              0   done
              1   not done; standard error says why
              64  the command line is wrong
            """,
        version: "larder \(larderVersion)",
        subcommands: [
            Serve.self, Check.self, Purge.self, Stats.self, Explain.self, List.self, Warm.self, Verify.self,
            Simulate.self,
        ]
    )

    static func main() async {
        let arguments = ArgumentBytes.texts()
        let known = configuration.subcommands.map { $0._commandName }
        if let mistake = CommandName.mistake(in: arguments, known: known) {
            Console.write("larder: \(mistake)\n", to: STDERR_FILENO)
            Glibc.exit(ExitCode.validationFailure.rawValue)
        }
        await main(arguments)
    }
}

// larder warm: fetches pictures through the picture port, so that they are stored before a client requests them.

import Admin
import ArgumentParser
import Coding
import HTTPMessage
import LarderKit
import Settings

struct Warm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch pictures so that they are stored.",
        discussion: """
            Requests each picture of a list from larder's picture port. Prints how many were stored already, how many \
            were fetched, and how many failed. Failures are reported with their lines, and the exit status is 1.

            \(ListOptions.help)

            EXAMPLES
              larder warm popular.txt
              awk '{print $7}' access.log | sort -u | larder warm -
              cd /srv/pictures && find . -type f -print0 | larder warm --paths --null -
            """
    )

    @OptionGroup var options: PictureOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var json: JSONOption
    @Option(help: ArgumentHelp("Requests at a time.", valueName: "count"))
    var jobs = 8
    @Argument(help: ArgumentHelp("A list of pictures, or - for standard input.", valueName: "file"))
    var file: FileArgument

    private enum Outcome {
        case hit
        case miss(Int)
        case failed(String)
    }

    private struct Counts {
        var hits = 0
        var misses = 0
        var bytes = 0
    }

    func validate() throws {
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs must be a number from 1 to 256.") }
    }

    func run() async throws {
        try await reportingFailures {
            let address = try options.address()
            let names = try list.names(of: file)
            var failures = ListFailures(file)
            let counts = try await fetch(names, from: address, &failures)
            printReport(counts, failures.count)
            if failures.count > 0 { throw ExitCode.failure }
        }
    }

    private func fetch(
        _ names: NameList,
        from address: ListenAddress,
        _ failures: inout ListFailures
    ) async throws -> Counts {
        var counts = Counts()
        let client = PictureClient(address, timeLimit: .seconds(120), bodyLimit: 0)
        try await withThrowingTaskGroup(of: (NameReader.Item, Outcome).self) { group in
            func addNext() throws(Failure) {
                while let item = try names.next() {
                    switch item.name {
                    case .failure(let problem): failures.add(item, problem.words)
                    case .success(let name):
                        group.addTask { (item, await Self.fetch(name, client)) }
                        return
                    }
                }
            }
            for _ in 0..<jobs { try addNext() }
            while let (item, outcome) = try await group.next() {
                switch outcome {
                case .hit: counts.hits += 1
                case .miss(let bytes):
                    counts.misses += 1
                    counts.bytes += bytes
                case .failed(let reason): failures.add(item, reason)
                }
                try addNext()
            }
        }
        return counts
    }

    private static func fetch(_ name: PictureName, _ client: PictureClient) async -> Outcome {
        do {
            let response = try await client.send("GET", name.target, host: name.host ?? "localhost")
            guard response.status == 200 else { return .failed("got status \(response.status)") }
            let isHit = response.fields["cache-status"]?.contains("; hit") == true
            return isHit ? .hit : .miss(response.length)
        } catch PictureClient.Problem.unreachable {
            return .failed("was not requested: larder does not respond on \(client.address)")
        } catch PictureClient.Problem.broken(let detail) {
            return .failed("got an incomplete response: \(detail)")
        } catch {
            return .failed("got no response in time")
        }
    }

    private func printReport(_ counts: Counts, _ failures: Int) {
        if json.isWanted {
            let report: JSON = [
                "hits": .integer(counts.hits), "misses": .integer(counts.misses), "errors": .integer(failures),
                "bytes": .integer(counts.bytes),
            ]
            Console.print(report.indented)
        } else {
            let fetched = "\(Readable.number(counts.misses)) fetched (\(Readable.bytes(counts.bytes)))"
            Console.print(
                "\(Readable.number(counts.hits)) stored already, \(fetched), \(Readable.number(failures)) failed"
            )
        }
    }
}

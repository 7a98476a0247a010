// larder warm: fetches pictures through the picture port, so that they are stored before anybody asks.

import Admin
import ArgumentParser
import Settings

struct Warm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch pictures so that they are stored.",
        discussion: """
            Reads paths or full URLs, one a line, and asks larder's picture port for each. Prints how many were \
            stored already, how many were fetched, and how many failed; the first failures are named. Exits with 1 \
            if one failed.

            EXAMPLES
              larder warm popular.txt
              awk '{print $7}' access.log | sort -u | larder warm -
            """
    )

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var json: JSONOption
    @Option(help: ArgumentHelp("Requests at a time.", valueName: "count"))
    var jobs = 8
    @Argument(help: ArgumentHelp("A file of paths, or - for standard input.", valueName: "file"))
    var file: String

    private enum Outcome {
        case hit
        case miss(Int)
        case failed(String)
    }

    private struct Counts {
        var hits = 0
        var misses = 0
        var errors = 0
        var bytes = 0
    }

    /// Failures that are named; the rest is counted.
    private static let namedFailures = 10

    func validate() throws {
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs is a number from 1 to 256.") }
    }

    func run() async throws {
        try await reportingFailures {
            let loaded = try options.load()
            guard let address = loaded.configuration.listen.first else { return }
            let text = String(decoding: try Console.read(file), as: UTF8.self)
            let lines = text.split(whereSeparator: \.isNewline).map { String($0.filter { $0 != "\t" && $0 != " " }) }
            let counts = await fetch(lines.filter { !$0.isEmpty }, from: address)
            tell(counts)
            if counts.errors > 0 { throw ExitCode.failure }
        }
    }

    private func fetch(_ lines: [String], from address: ListenAddress) async -> Counts {
        var counts = Counts()
        var waiting = lines.makeIterator()
        let exchange = HTTPExchange(address: address, timeLimit: .seconds(120), bodyLimit: 0)
        await withTaskGroup(of: (String, Outcome).self) { group in
            func addNext() {
                guard let line = waiting.next() else { return }
                group.addTask { (line, await Self.fetch(line, exchange)) }
            }
            for _ in 0..<jobs { addNext() }
            while let (line, outcome) = await group.next() {
                count(outcome, of: line, in: &counts)
                addNext()
            }
        }
        return counts
    }

    private static func fetch(_ line: String, _ exchange: HTTPExchange) async -> Outcome {
        let isURL = line.contains("://")
        let rest = isURL ? line.drop { $0 != ":" }.dropFirst(3) : line[...]
        let host = isURL ? String(rest.prefix { $0 != "/" }) : "localhost"
        let target = isURL ? String(rest.drop { $0 != "/" }) : line
        guard target.hasPrefix("/") else { return .failed("neither a path nor a URL") }
        do {
            let answer = try await exchange.send("GET", target, host: host)
            guard answer.status == 200 else { return .failed("answered \(answer.status)") }
            let isHit = answer.fields["cache-status"]?.contains("; hit") == true
            return isHit ? .hit : .miss(answer.length)
        } catch HTTPExchange.Problem.unreachable {
            return .failed("larder does not answer on \(exchange.address)")
        } catch HTTPExchange.Problem.broken(let detail) {
            return .failed(detail)
        } catch {
            return .failed("no answer in time")
        }
    }

    private func count(_ outcome: Outcome, of line: String, in counts: inout Counts) {
        switch outcome {
        case .hit: counts.hits += 1
        case .miss(let bytes):
            counts.misses += 1
            counts.bytes += bytes
        case .failed(let reason):
            counts.errors += 1
            if counts.errors <= Self.namedFailures { Console.write("\(line): \(reason)\n", to: 2) }
        }
    }

    private func tell(_ counts: Counts) {
        if json.isWanted {
            let report: JSON = [
                "hits": .integer(counts.hits), "misses": .integer(counts.misses), "errors": .integer(counts.errors),
                "bytes": .integer(counts.bytes),
            ]
            Console.print(report.indented)
        } else {
            let fetched = "\(Readable.number(counts.misses)) fetched (\(Readable.bytes(counts.bytes)))"
            Console.print(
                "\(Readable.number(counts.hits)) stored already, \(fetched), \(Readable.number(counts.errors)) failed"
            )
        }
    }
}

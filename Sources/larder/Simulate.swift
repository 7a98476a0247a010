// larder simulate: shows how many requests a cache of a given size would serve, by a trace of requests.

import ArgumentParser
import Coding
import LarderKit
import Settings
import Store

struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find out how large a cache should be.",
        discussion: """
            Replays requests through larder's own eviction, without a disk. Prints the share of requests and of bytes \
            that would still go to the origins, for the given size and for a quarter, half, twice and four times that \
            size. --size 5GB,10GB,20GB prints exactly these sizes. A size is a value of cache.max_size.

            A trace has a line time,key,size for each request, in the order of their arrival: seconds, path, and bytes \
            of the picture. The time is not used. With --from-log the requests come from an access log: larder's own \
            (combined or JSON), or nginx's or Apache's in the combined format. Only GETs with status 200 count, by their \
            path and query as logged; all routes share one cache.

            Freshness does not count: a stored picture is a hit until it is evicted. The first request for a picture \
            is always a miss, so a trace should have several times as many requests as the cache has pictures.

            EXAMPLES
              larder simulate trace.csv --size 10GB
              larder simulate --from-log access.log --size 5GB,10GB,20GB,40GB
              zcat access.log.*.gz | larder simulate --from-log - --size 50GB
            """
    )

    // So that every command can be given the same options.
    @Option(help: ArgumentHelp("Accepted and ignored.", valueName: "file", visibility: .hidden))
    var config: String?
    @Option(help: ArgumentHelp("The size of the cache, or several, separated by commas.", valueName: "size"))
    var size: String
    @Option(help: ArgumentHelp("An access log instead of a trace, or - for standard input.", valueName: "file"))
    var fromLog: FileArgument?
    @OptionGroup var json: JSONOption
    @Argument(help: ArgumentHelp("The trace, or - for standard input.", valueName: "trace"))
    var trace: FileArgument?

    /// The most sizes that are simulated at a time.
    private static let mostSizes = 32
    private static let pieceLength = 1 << 20

    func validate() throws {
        guard (trace == nil) != (fromLog == nil) else {
            throw ValidationError("Name one input: a trace, or --from-log and an access log.")
        }
        _ = try sizes()
    }

    /// The requested sizes, in their order.
    private func sizes() throws -> [Int64] {
        let texts = size.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard texts.count <= Self.mostSizes else {
            throw ValidationError("--size takes \(Self.mostSizes) sizes at most.")
        }
        let sizes = try texts.map { text in
            do {
                let bytes = try bytes(ofSize: text)
                guard bytes >= Simulation.smallestSize, bytes <= 1 << 50 else {
                    throw ValidationError("--size \(text): a cache has between 32MiB and 1024TiB.")
                }
                return bytes
            } catch let problem as SizeProblem {
                throw ValidationError("--size: \(problem.message); expected \(problem.expected).")
            }
        }
        guard sizes.count == 1, let one = sizes.first else { return sizes }
        return [one / 4, one / 2, one, one * 2, one * 4].filter { $0 >= Simulation.smallestSize }
    }

    func run() async throws {
        let sizes = try sizes()
        try await reportingFailures {
            let input = fromLog ?? trace ?? .standardInput
            let path = input.text
            let file = try InputFile(input)
            var reader = TraceReader(fromLog == nil ? .table : .accessLog)
            var report = SimulationReport(sizes: sizes)
            do {
                while let piece = try file.next(Self.pieceLength) { await report.add(try reader.read(piece)) }
                await report.add(try reader.finish())
            } catch let error as TraceError {
                let hint =
                    fromLog == nil && error.message.contains("\"{") ? "; an access log is read with --from-log" : ""
                throw Failure("\(path):\(error.line): \(error.message)\(hint)")
            }
            guard reader.requests > 0 else { throw Failure(nothing(in: path, reader)) }
            report.leftOut = reader.leftOut
            let figures = await report.figures()
            json.isWanted ? Console.print(report.json(figures).indented) : report.text(figures).forEach(Console.print)
        }
    }

    private func nothing(in path: String, _ reader: TraceReader) -> String {
        guard reader.lines > 0 else { return "\(path): is empty; it must have a line for each request" }
        guard fromLog != nil else { return "\(path): has a heading and no requests" }
        return
            "\(path): none of its \(reader.lines) lines is a GET with status 200 as larder logs it (combined or JSON) or "
            + "nginx and Apache log it (combined)"
    }
}

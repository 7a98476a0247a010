// Value. Simulates one trace at several cache sizes in parallel and reports the results.

import Admin
package import Coding
package import Store

package struct SimulationReport {
    /// One size: an actor, so that the sizes run in parallel.
    private actor Size {
        private let simulation: Simulation

        init(_ bytes: Int64) { simulation = Simulation(maximumSize: bytes) }

        func replay(_ requests: [TraceRequest]) {
            for request in requests {
                simulation.request(request.hash, keyLength: request.keyLength, length: request.length)
            }
        }

        var result: (figures: Simulation.Figures, responses: Int) { (simulation.figures, simulation.responses) }
    }

    package struct Row {
        let bytes: Int64
        let figures: Simulation.Figures
        let responses: Int
    }

    private let sizes: [(bytes: Int64, size: Size)]
    private var summary = TraceSummary()
    /// Lines of the log that are not requests to simulate.
    package var leftOut = 0

    package init(sizes: [Int64]) { self.sizes = sizes.map { ($0, Size($0)) } }

    /// Replays the next requests.
    package mutating func add(_ requests: [TraceRequest]) async {
        await withTaskGroup(of: Void.self) { group in
            for (_, size) in sizes { group.addTask { await size.replay(requests) } }
        }
        for request in requests { summary.count(request) }
    }

    package func figures() async -> [Row] {
        var rows: [Row] = []
        for (bytes, size) in sizes {
            let result = await size.result
            rows.append(Row(bytes: bytes, figures: result.figures, responses: result.responses))
        }
        return rows
    }

    // MARK: Output

    package func text(_ rows: [Row]) -> [String] {
        let about = summary.isEstimate ? "about " : ""
        let first = rows.first?.figures ?? Simulation.Figures()
        let once = Double(summary.pictures) / Double(max(1, summary.requests))
        var lines = [
            "\(Readable.number(first.requests)) requests for \(Readable.bytes(Int(first.bytes)))",
            "\(about)\(Readable.number(summary.pictures)) different pictures, \(Readable.bytes(Int(summary.pictureBytes)))"
                + "; \(about)\(Readable.percent(once)) of requests are a picture's first",
        ]
        if leftOut > 0 {
            lines.append(
                "\(Readable.number(leftOut)) \(leftOut == 1 ? "line" : "lines") skipped: not a GET with status 200"
            )
        }
        var table = TextTable(.right, .right, .right, .right, .right)
        table.add("SIZE", "MISSES", "BYTES MISSED", "PICTURES KEPT", "EVICTED")
        for row in rows {
            table.add(
                Readable.bytes(Int(row.bytes)),
                Readable.percent(row.figures.objectMissRatio),
                Readable.percent(row.figures.byteMissRatio),
                Readable.number(row.responses),
                Readable.number(row.figures.evictions)
            )
        }
        lines += [""] + table.lines()
        for row in rows where row.figures.tooLarge > 0 {
            let count = row.figures.tooLarge
            let requests = "\(Readable.number(count)) request\(count == 1 ? "" : "s")"
            lines.append(
                "\(Readable.bytes(Int(row.bytes))): \(requests) for pictures over a tenth of it, which are never stored"
            )
        }
        return lines
    }

    package func json(_ rows: [Row]) -> JSON {
        let first = rows.first?.figures ?? Simulation.Figures()
        return [
            "requests": .integer(first.requests), "bytes": .integer(Int(first.bytes)),
            "lines_left_out": .integer(leftOut), "pictures": .integer(summary.pictures),
            "picture_bytes": .integer(Int(summary.pictureBytes)), "is_estimate": .bool(summary.isEstimate),
            "sizes": .array(rows.map(json)),
        ]
    }

    private func json(_ row: Row) -> JSON {
        let figures = row.figures
        return [
            "size_bytes": .integer(Int(row.bytes)), "object_miss_ratio": .number(figures.objectMissRatio),
            "byte_miss_ratio": .number(figures.byteMissRatio), "hits": .integer(figures.hits),
            "hit_bytes": .integer(Int(figures.hitBytes)), "stored": .integer(figures.stored),
            "responses": .integer(row.responses), "evictions": .integer(figures.evictions),
            "survivors": .integer(figures.survivors), "too_large": .integer(figures.tooLarge),
            "write_amplification": .number(figures.writeAmplification),
            "most_disk_bytes": .integer(Int(figures.mostBytes)),
        ]
    }
}

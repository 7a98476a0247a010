// Shared. POST /purge: every rule is in effect before the response. The response waits for the sweeps, so that it can
// say what they removed and whether the purge is on the disk.

import Coding
import Hummingbird
import NIOCore
import Runtime
import Settings
import Store
import Synchronization

extension AdminResponder {
    /// The most bytes of a purge's body: a thousand long URLs fit.
    private static let bodyLimit = 1 << 20
    /// How long a response waits for the sweeps; the rules are in force without it.
    private static let sweepDeadline = Duration.seconds(30)

    func purge(_ request: Request) async throws(AdminRefusal) -> Response {
        try Guard(admin: configuration.withLock { $0.admin }).checkIsJSON(request)
        let order = try PurgeOrder(try await Self.body(of: request), keys: keys)
        let (reports, isTaken) = await sweep(order.items)
        guard isTaken else {
            throw AdminRefusal(
                status: .serviceUnavailable,
                detail: "Too many purges are being swept; none of these rules is in effect. Try again."
            )
        }
        return Self.response(order, reports)
    }

    private static func body(of request: Request) async throws(AdminRefusal) -> [UInt8] {
        let tooLarge = AdminRefusal(status: .contentTooLarge, detail: "The body has more than \(bodyLimit) bytes.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bodyLimit { throw tooLarge }
        var body: [UInt8] = []
        do {
            for try await piece in request.body {
                body += piece.readableBytesView
                if body.count > bodyLimit { break }
            }
        } catch {
            throw AdminRefusal(status: .badRequest, detail: "The body ended early.")
        }
        guard body.count <= bodyLimit else { throw tooLarge }
        return body
    }

    /// Purges, and waits for the sweeps up to the deadline.
    /// - Returns: The result of each rule, nil if its sweep still runs; and whether the store accepted all rules.
    private func sweep(_ items: [PurgeOrder.Item]) async -> (reports: [PurgeReport?], isTaken: Bool) {
        let (stream, continuation) = AsyncStream.makeStream(of: (index: Int, report: PurgeReport).self)
        guard parts.store.purge(items.map(\.rule), completion: { continuation.yield(($0, $1)) }) else {
            return ([], false)
        }
        var reports = [PurgeReport?](repeating: nil, count: items.count)
        await withTaskGroup { group in
            group.addTask {
                try? await Task.sleep(for: Self.sweepDeadline)
                continuation.finish()
            }
            var left = items.count
            for await (index, report) in stream {
                reports[index] = report
                left -= 1
                if left == 0 { break }
            }
            group.cancelAll()
        }
        return (reports, true)
    }

    /// 200 with the results; 202 if a sweep still runs, or if a crash would undo a rule.
    private static func response(_ order: PurgeOrder, _ reports: [PurgeReport?]) -> Response {
        let isComplete = !reports.contains(nil)
        var removed = [PurgeReport](repeating: PurgeReport(), count: order.labels.count)
        for case (let item, let report?) in zip(order.items, reports) {
            removed[item.part].responses += report.responses
            removed[item.part].bytes += report.bytes
        }
        let rules = zip(order.labels, removed).map { label, report -> JSON in
            [
                "rule": .string(label), "responses": .integer(report.responses),
                "bytes": .integer(Int(report.bytes)),
            ]
        }
        let known = reports.compactMap { $0 }
        let obstacle = known.compactMap(\.obstacle).first ?? (isComplete ? nil : "The sweep has not ended yet.")
        let body: JSON = [
            "responses": .integer(known.reduce(0) { $0 + $1.responses }),
            "bytes": .integer(Int(known.reduce(0) { $0 + $1.bytes })), "is_complete": .bool(isComplete),
            "is_durable": .bool(obstacle == nil), "reason": obstacle.map { .string($0) } ?? .null,
            "rules": .array(rules),
        ]
        return .json(body, obstacle == nil ? .ok : .accepted)
    }
}

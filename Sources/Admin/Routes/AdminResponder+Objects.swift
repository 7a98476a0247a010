// GET /objects: what is stored, in the order of the keys.

import Glibc
import Hummingbird
import Store

extension AdminResponder {
    private static let defaultLimit = 100
    private static let largestLimit = 1000

    func objects(_ request: Request) async throws(Refusal) -> Response {
        let parameters = request.uri.queryParameters
        let limit = try Self.limit(parameters["limit"].map(String.init))
        var prefixes: [[UInt8]] = [[]]
        if let text = parameters["prefix"], !text.isEmpty {
            prefixes = try keys.prefixes(String(text), field: "prefix")
        }
        let store = parts.store
        var found: [ListedResponse] = []
        // One more than asked for tells whether there are more.
        for prefix in prefixes where found.count <= limit {
            let left = limit + 1 - found.count
            found += await withCheckedContinuation { continuation in
                store.list(prefix: prefix, limit: left) { continuation.resume(returning: $0) }
            }
        }
        let now = Int64(time(nil))
        return .json([
            "responses": .array(found.prefix(limit).map { Self.json($0, at: now) }),
            "is_truncated": .bool(found.count > limit),
        ])
    }

    private static func limit(_ text: String?) throws(Refusal) -> Int {
        guard let text else { return defaultLimit }
        guard let limit = Int(text), (1...largestLimit).contains(limit) else {
            throw Refusal(
                status: .badRequest,
                detail: "limit is a number from 1 to \(largestLimit), not \"\(text)\".",
                field: "limit"
            )
        }
        return limit
    }

    /// Seconds of freshness left; 0 where the clock went back since it was stored.
    private static func timeToLive(_ response: ListedResponse, at now: Int64) -> Int {
        response.bornAt <= now ? Int(response.freshUntil - now) : 0
    }

    private static func json(_ response: ListedResponse, at now: Int64) -> JSON {
        [
            "key": .string(response.key), "variant": .string(response.variant),
            "bytes": .integer(Int(response.bytes)), "age_seconds": .integer(Int(max(0, now - response.bornAt))),
            "ttl_seconds": .integer(timeToLive(response, at: now)), "volume": .integer(response.volume),
        ]
    }
}

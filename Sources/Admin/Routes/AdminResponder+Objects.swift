// Shared. GET /objects: the stored responses in the order of their keys, a page at a time.

import Coding
import Glibc
import HTTPMessage
import Hummingbird
import Proxy
import Runtime
import Store

extension AdminResponder {
    private static let defaultLimit = 100
    /// The most responses of a page; a cursor leads to the next one.
    private static let largestLimit = 1000

    func objects(_ request: Request) async throws(AdminRefusal) -> Response {
        let parameters = request.uri.queryParameters
        let limit = try Self.limit(parameters["limit"].map(String.init))
        let place = try parameters["cursor"].map { text throws(AdminRefusal) in try Self.place(String(text)) }
        var rules = [PurgeRule.prefix([])]
        if let text = parameters["prefix"], !text.isEmpty {
            rules = try keys.prefixes(String(text), field: "prefix")
        }
        let ranges = rules.flatMap(\.ranges).sorted { $0.lower.lexicographicallyPrecedes($1.lower) }
        let page: (pictures: [ListedPicture], hasMore: Bool)
        do {
            page = try await parts.proxy.list(ranges, after: place, limit: limit)
        } catch {
            throw AdminRefusal(status: .serviceUnavailable, detail: "larder is stopping.")
        }
        let now = parts.proxy.clock.now.secondsSinceEpoch
        let next = page.hasMore ? page.pictures.last.map { JSON.string(Self.cursor($0.response.place)) } : nil
        return .json([
            "responses": .array(page.pictures.map { Self.json($0, at: now) }),
            "is_truncated": .bool(page.hasMore), "next": next ?? .null,
        ])
    }

    private static func limit(_ text: String?) throws(AdminRefusal) -> Int {
        guard let text else { return defaultLimit }
        guard let limit = Int(text), (1...largestLimit).contains(limit) else {
            throw AdminRefusal(
                status: .badRequest,
                detail: "limit must be a number from 1 to \(largestLimit), not \"\(text)\".",
                field: "limit"
            )
        }
        return limit
    }

    /// Seconds of freshness left; 0 if the clock went back since it was stored.
    private static func timeToLive(_ response: ListedResponse, at now: Int64) -> Int {
        response.bornAt <= now ? Int(response.freshUntil - now) : 0
    }

    /// A place as text, for one use: key and variant in hexadecimal digits, with a dash in between.
    private static func cursor(_ place: ListPlace) -> String {
        "\(PercentEncoding.hexadecimal(place.key))-\(PercentEncoding.hexadecimal(place.variant))"
    }

    private static func place(_ cursor: String) throws(AdminRefusal) -> ListPlace {
        let parts = cursor.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, let key = PercentEncoding.bytes(hexadecimal: parts[0]),
            let variant = PercentEncoding.bytes(hexadecimal: parts[1])
        else {
            throw AdminRefusal(
                status: .badRequest,
                detail: "cursor must be the value of next in a response.",
                field: "cursor"
            )
        }
        return ListPlace(key: key, variant: variant)
    }

    private static func json(_ picture: ListedPicture, at now: Int64) -> JSON {
        let response = picture.response
        return [
            "key": .string(response.key), "variant": .string(response.variant),
            "status": picture.status.map { .integer($0) } ?? .null, "type": picture.type.map { .string($0) } ?? .null,
            "bytes": .integer(Int(response.bytes)), "age_seconds": .integer(Int(max(0, now - response.bornAt))),
            "ttl_seconds": .integer(timeToLive(response, at: now)), "volume": .integer(response.volume),
        ]
    }
}

// Requests, stored responses and fills as values, for tests of what larder decides without sockets and without a store.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime
import Settings

@testable import Proxy
@testable import Store

/// The time in these tests.
let now = WallTime(secondsSinceEpoch: 1_800_000_000)

/// When requests arrive in these tests.
let arrival = Instant(nanoseconds: 1_000_000_000)

enum Make {
    /// The settings of one origin, changed by `change`.
    static func settings(_ change: (inout Configuration) -> Void = { _ in }) throws -> ProxySettings {
        var configuration = Configuration()
        configuration.origins = [Configuration.Origin(url: try OriginURL("http://default.lan"))]
        change(&configuration)
        return ProxySettings(configuration)
    }

    /// A request of its head's lines, such as "GET /a HTTP/1.1".
    static func request(_ line: String, _ fields: [String] = [], _ settings: ProxySettings) throws -> ClientRequest {
        let text = ([line, "Host: a"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
        let bytes = ByteBuffer(string: text)
        guard case .head(let head) = RequestParser.parse(bytes.readableBytesSpan, limits: RequestLimits()),
            let key = CacheKey(head, bytes.readableBytesSpan, routes: settings.routes)
        else { throw Malformed(text: text) }
        return ClientRequest(IncomingRequest(head: head, bytes: bytes, key: key), from: "127.0.0.1", arrived: arrival)
    }

    struct Malformed: Error { let text: String }

    /// A stored 200 with an entity tag, in memory.
    /// - Parameters:
    ///   - age: Seconds since it was born.
    ///   - lifetime: Its freshness lifetime, in seconds.
    ///   - change: Other facts.
    static func stored(
        age: Int64,
        lifetime: Int64 = 60,
        head: String = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\n",
        _ change: (inout StoredFacts) -> Void = { _ in }
    ) -> Stored {
        let candidate = candidate(age: age, lifetime: lifetime, head: head, change)
        guard let item = candidate.item else { preconditionFailure("candidates of tests are in memory") }
        return Stored(candidate.entry, item: item)
    }

    static func candidate(
        age: Int64,
        lifetime: Int64 = 60,
        head: String = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\n",
        _ change: (inout StoredFacts) -> Void = { _ in }
    ) -> Candidate {
        var facts = StoredFacts(
            status: 200,
            flags: [.hasETag],
            bornAt: now - Int(age),
            freshUntil: now - Int(age) + Int(lifetime),
            staleWhileRevalidate: 0,
            staleIfError: 0
        )
        change(&facts)
        let body = ByteBuffer(string: "picture")
        let item = MemoryItem(key: Array("/a".utf8), head: ByteBuffer(string: head), body: body, facts: facts)
        let entry = CatalogEntry(
            hash: 1,
            variant: 0,
            vary: 0,
            location: RecordLocation(volume: 1, offset: 0),
            headerLength: 64,
            bodyLength: Int64(body.readableBytes),
            facts: facts,
            epoch: 0
        )
        return Candidate(entry: entry, item: item)
    }

    /// An origin's response.
    static func response(
        _ status: Int,
        _ fields: [(String, String)] = [],
        length: Int64? = nil,
        isDefinitive: Bool = true
    ) -> OriginResponse {
        OriginResponse(
            status: status,
            reason: "",
            fields: Fields(fields),
            origin: 0,
            contentLength: length,
            version: .http11,
            requestTime: now,
            responseTime: now,
            tried: [],
            isDefinitive: isDefinitive
        )
    }

    /// What a fill knows when an origin's head is in.
    static func fillHead(
        _ status: Int,
        _ fields: [(String, String)],
        length: Int64? = 7,
        for request: ClientRequest,
        isDefinitive: Bool = true
    ) -> FillHead {
        FillHead(
            response(status, fields, length: length, isDefinitive: isDefinitive),
            method: .get,
            request: Fields(),
            route: request.route,
            key: request.key,
            isPostOfTarget: false
        )
    }
}

/// A fill that is only what a test says of it.
struct SomeFill: FollowedFill {
    var progress: Fill.Progress
    var began = arrival
    var target = "/a"
    var isStored = false
    var isSettling = false
    var variant = ""

    func variantKey(_ names: [String]) -> String { variant }
}

extension RequestAction {
    /// The action in a few words.
    var words: String {
        switch self {
        case .wait: "wait"
        case .lookUp: "look up"
        case .find: "find"
        case .select(let candidates): "select of \(candidates.count)"
        case .read: "read"
        case .readSibling: "read sibling"
        case .readPart: "read part"
        case .join(let purpose, let reason, let isCounted):
            "join \(purpose.word), \(reason.rawValue)\(isCounted ? ", counted" : "")"
        case .pass(let reason, let isCounted): "pass, \(reason.rawValue)\(isCounted ? ", counted" : "")"
        case .serve(let answer): "serve \(answer.words)"
        case .serveAndValidate(let answer): "serve and validate \(answer.words)"
        case .relay(let head): "relay \(head.status)"
        case .fail(let error): "fail \(error.kind.rawValue)"
        case .refuse(let refusal): "refuse \(refusal.status)"
        }
    }
}

extension StoredAnswer {
    fileprivate var words: String {
        ([outcome.rawValue, stale?.rawValue, forwardStatus.map { "forwarded \($0)" }] as [String?])
            .compactMap { $0 }.joined(separator: ", ")
    }
}

extension Fill.Purpose {
    fileprivate var word: String {
        switch self {
        case .fill: "fill"
        case .validate: "validation"
        case .complete: "completion"
        case .pass: "pass"
        }
    }
}

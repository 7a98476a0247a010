// A value. The cache key of a request: exactly what the origin can see of it (design §3.2).
//
// The key is the normalized path and query; where some origin is sent the client's Host it is `//host/path?query`.

import HTTPMessage
import NIOCore

struct CacheKey {
    /// Where the key's bytes are.
    enum Place {
        /// They stand in the request as they are.
        case inHead(Range<Int>)
        case made([UInt8])
    }

    let place: Place

    /// Makes the key of a request; nil where its target can be no key.
    ///
    /// In the usual case nothing is allocated: the target is normal, and the key is where it stands.
    init?(_ head: RequestHead, _ span: RawSpan, settings: ProxySettings) {
        let target = span.extracting(head.target)
        let isNormal = TargetNormalization.isNormal(target, foldsCase: settings.foldsCase)
        if isNormal, !settings.keyHasHost, settings.query == nil || !target.hasQuery {
            place = .inHead(head.target)
            return
        }
        guard let path = TargetNormalization.normalize(target, foldsCase: settings.foldsCase) else { return nil }
        place = .made(Self.key(path: path, host: head.text(head.host, in: span), settings: settings))
    }

    private static func key(path: [UInt8], host: String, settings: ProxySettings) -> [UInt8] {
        let target = settings.query?.applied(to: path) ?? path
        return settings.keyHasHost ? Array("//\(host.lowercased())".utf8) + target : target
    }

    /// The key of a path and query that stand elsewhere than in a request: in a purge, in a Location.
    static func normalized(path: [UInt8], host: String, settings: ProxySettings) -> [UInt8]? {
        let normal = path.withRawSpan { TargetNormalization.normalize($0, foldsCase: settings.foldsCase) }
        return normal.map { key(path: $0, host: host, settings: settings) }
    }

    /// Calls `body` with the key's bytes.
    func withSpan<Result>(_ head: RawSpan, _ body: (RawSpan) -> Result) -> Result {
        switch place {
        case .inHead(let range): body(head.extracting(range))
        case .made(let bytes): bytes.withRawSpan(body)
        }
    }

    /// The key's bytes as an array of their own.
    func bytes(_ head: RawSpan) -> [UInt8] {
        switch place {
        case .inHead(let range): range.map { head.unsafeByte($0) }
        case .made(let bytes): bytes
        }
    }

    /// The path and query in a key: what the origins are asked for.
    static func target(of key: [UInt8], hasHost: Bool) -> String {
        guard hasHost else { return String(decoding: key, as: UTF8.self) }
        let path = key.dropFirst(2).firstIndex(of: UInt8(ascii: "/")) ?? key.endIndex
        return String(decoding: key[path...], as: UTF8.self)
    }
}

extension RawSpan {
    /// Whether a question mark is in it.
    fileprivate var hasQuery: Bool {
        for offset in 0..<byteCount where unsafeByte(offset) == UInt8(ascii: "?") { return true }
        return false
    }

    /// One byte.
    fileprivate func unsafeByte(_ offset: Int) -> UInt8 {
        // because the checked load traps outside the span, and any bit pattern is a UInt8
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}

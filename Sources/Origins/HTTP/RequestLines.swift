// The field lines of one request, as libcurl wants them. Used on the origin thread.
// Invariant: no line holds CR, LF or NUL, so no field can smuggle in another.

import HTTPMessage

/// The field lines of a request.
struct RequestLines: ~Copyable {
    /// Names that libcurl or `hostHeader` sets; those of one connection (RFC 9110 §7.6.1) are left out as well.
    private static let own = HopByHop.names.union(["host", "content-length", "expect"])

    /// What proves a right at one origin, and is nobody else's business.
    private static let credentials: Set<String> = ["authorization", "proxy-authorization", "cookie"]

    /// What libcurl is given.
    private(set) var list = StringList()

    /// Puts the lines together; nil when a name or value cannot be sent.
    ///
    /// - Parameters:
    ///   - request: The fields of the request, and its client's Host.
    ///   - settings: Which Host to send, and fields to put over the request's.
    ///   - base: Scheme and authority of the server that gets them.
    ///   - peer: Whose server that is.
    init?(_ request: OriginRequest, _ settings: OriginSettings, base: String, to peer: EasyHandle.Peer) {
        if let store = settings.store {
            if let host = Self.ownHost(settings, base), !append("Host", host) { return nil }
            guard appendSigned(request, settings, store) else { return nil }
            return
        }
        let headers = peer == .origin ? settings.headers : []
        if peer == .origin, !appendHost(request, settings, base) { return nil }
        let leftOut = peer == .origin ? Self.own : Self.own.union(Self.credentials)
        var isAcceptGiven = false
        for line in request.fields.lines {
            let name = line.name.lowercased()
            if leftOut.contains(name) || headers.contains(where: { $0.0.lowercased() == name }) { continue }
            if name == "accept" { isAcceptGiven = true }
            guard append(line.name, line.value) else { return nil }
        }
        for (name, value) in headers {
            if name.lowercased() == "accept" { isAcceptGiven = true }
            guard append(name, value) else { return nil }
        }
        // libcurl adds "Accept: */*" and, to uploads, "Expect: 100-continue" unless told to leave them out.
        if !isAcceptGiven { list.add("Accept:".utf8) }
        if request.body != nil { list.add((request.expectsContinue ? "Expect: 100-continue" : "Expect:").utf8) }
        if request.acceptsTrailers {
            list.add("TE: trailers".utf8)
            list.add("Connection: TE".utf8)
        }
    }

    private mutating func appendHost(_ request: OriginRequest, _ settings: OriginSettings, _ base: String) -> Bool {
        let host: String? =
            switch settings.hostHeader {
            case .origin: Self.ownHost(settings, base)
            case .client: request.clientHost ?? Self.ownHost(settings, base)
            case .name(let host): host
            }
        return host.map { append("Host", $0) } ?? true
    }

    /// The server's own Host where libcurl would send another: it takes a name for TLS for the URL's host.
    private static func ownHost(_ settings: OriginSettings, _ base: String) -> String? {
        guard settings.tls.serverName != nil, let slashes = base.firstRange(of: "//") else { return nil }
        return String(base[slashes.upperBound...])
    }

    /// What an object store reads; whatever else a client sends has no business in a request that larder signs.
    private static let ofStores = [
        "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since",
    ]
    /// The SHA-256 of no bytes: S3 wants the content's to be told, and libcurl 7.88 does not tell it.
    private static let noContent = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// The lines of a request that libcurl signs.
    ///
    /// It signs all of them, one after the other: so there is no name twice, and none that asks libcurl to leave a field
    /// out, which it would sign all the same.
    private mutating func appendSigned(
        _ request: OriginRequest,
        _ settings: OriginSettings,
        _ store: ObjectStore
    ) -> Bool {
        for name in Self.ofStores where !settings.headers.contains(where: { $0.0.lowercased() == name.lowercased() }) {
            guard let value = request.fields.combined(name), !value.isEmpty else { continue }
            guard append(name, value) else { return false }
        }
        for (name, value) in settings.headers { guard append(name, value) else { return false } }
        if let token = store.sessionToken, !append("X-Amz-Security-Token", token) { return false }
        return append("X-Amz-Content-Sha256", Self.noContent)
    }

    private mutating func append(_ name: String, _ value: String) -> Bool {
        guard FieldList.isToken(name) else { return false }
        var line = Array(name.utf8)
        if value.isEmpty {
            line.append(UInt8(ascii: ";"))  // libcurl's way to send an empty value rather than leave the field out
        } else {
            line.append(UInt8(ascii: ":"))
            line.append(UInt8(ascii: " "))
        }
        for scalar in value.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value), byte >= 0x20 || byte == 0x09, byte != 0x7F else {
                return false
            }
            line.append(byte)
        }
        list.add(line)
        return true
    }
}

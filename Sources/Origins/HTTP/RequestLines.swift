// Value. The field lines of one request, in the form of larder's own connections or in libcurl's. Invariant: no field
// contains CR, LF or NUL, so none can smuggle in another.

import HTTPMessage

/// The field lines of a request.
struct RequestLines {
    /// Fields that libcurl or `hostHeader` sets, and those of one connection (RFC 9110 §7.6.1).
    private static func isOwn(_ line: FieldLine, _ span: RawSpan) -> Bool {
        HopByHop.contains(line.name, of: span) || line.isNamed("host", in: span)
            || line.isNamed("content-length", in: span) || line.isNamed("expect", in: span)
    }

    /// Whether a field proves a right at one origin, so that no other may get it.
    private static func isCredential(_ line: FieldLine, _ span: RawSpan) -> Bool {
        line.isNamed("authorization", in: span) || line.isNamed("proxy-authorization", in: span)
            || line.isNamed("cookie", in: span)
    }

    /// Field after field, each ended by CR LF.
    private var fields: [UInt8] = []
    private var hasHost = false
    /// libcurl adds "Accept: */*" and, to uploads, "Expect: 100-continue" unless told to leave them out.
    private var leavesOutAccept = false
    private var leavesOutExpect = false
    private var expectsContinue = false
    /// Whether they tie the connection to one person (`ConnectionIdentity`).
    private(set) var carriesIdentity = false

    /// Makes the lines; nil if a name or value cannot be sent.
    ///
    /// - Parameters:
    ///   - request: The fields of the request, and its client's Host.
    ///   - origin: Decides which Host to send, and which fields override the request's.
    ///   - base: Scheme and authority of the server that gets them.
    ///   - peer: The kind of that server.
    init?(_ request: OriginRequest, _ origin: ConfiguredOrigin, base: String, to peer: EasyHandle.Peer) {
        if let store = origin.settings.store {
            if let host = Self.ownHost(origin, base), !append("Host", host) { return nil }
            guard appendSigned(request, origin.settings.headers, store) else { return nil }
            return
        }
        let headers = peer == .origin ? origin.settings.headers : []
        if peer == .origin, !appendHost(request, origin, base) { return nil }
        var isAcceptGiven = false
        var areTokens = true
        fields.reserveCapacity(fields.count + request.fields.bytes.count + 2)
        request.fields.eachLine { line, span in
            if Self.isOwn(line, span) || peer != .origin && Self.isCredential(line, span) { return }
            if headers.contains(where: { span.isSame(line.name, $0.0) }) { return }
            if line.isNamed("accept", in: span) { isAcceptGiven = true }
            if line.isNamed("authorization", in: span), ConnectionIdentity.isNamed(in: line.value, of: span) {
                carriesIdentity = true
            }
            areTokens = areTokens && span.isToken(line.name)
            span.append(line.line, to: &fields)
        }
        guard areTokens else { return nil }
        for (name, value) in headers {
            if name.lowercased() == "accept" { isAcceptGiven = true }
            if ConnectionIdentity.isSent(in: Fields([(name, value)])) { carriesIdentity = true }
            guard append(name, value) else { return nil }
        }
        leavesOutAccept = !isAcceptGiven
        leavesOutExpect = request.body != nil && !request.expectsContinue
        expectsContinue = request.body != nil && request.expectsContinue
        if request.acceptsTrailers {
            guard append("TE", "trailers"), append("Connection", "TE") else { return nil }
        }
    }

    /// The head of a request with these fields.
    ///
    /// - Parameters:
    ///   - method: The method token.
    ///   - target: The request target.
    ///   - host: The Host field if the fields have none.
    /// - Returns: Request line and fields, the empty line included.
    func head(method: String, target: String, host: String) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(method.utf8.count + target.utf8.count + host.utf8.count + fields.count + 32)
        head.append(text: method)
        head.append(0x20)
        head.append(text: target)
        head.append(literal: " HTTP/1.1\r\n")
        if !hasHost {
            head.append(literal: "Host: ")
            head.append(text: host)
            head.append(literal: "\r\n")
        }
        head.append(contentsOf: fields)
        head.append(literal: "\r\n")
        return head
    }

    /// The list for libcurl.
    func list() -> StringList {
        var list = StringList()
        for line in fields.split(separator: 0x0A) {
            let line = line.dropLast()
            // libcurl's form for an empty value; otherwise it would leave the field out.
            let isEmpty = line.firstIndex(of: UInt8(ascii: ":")) == line.endIndex - 2
            list.add(isEmpty ? line.dropLast(2) + [UInt8(ascii: ";")] : line)
        }
        if leavesOutAccept { list.add("Accept:".utf8) }
        if leavesOutExpect { list.add("Expect:".utf8) }
        if expectsContinue { list.add("Expect: 100-continue".utf8) }
        return list
    }

    private mutating func appendHost(_ request: OriginRequest, _ origin: ConfiguredOrigin, _ base: String) -> Bool {
        let host: String? =
            switch origin.settings.hostHeader {
            case .origin: Self.ownHost(origin, base)
            case .client: request.clientHost ?? Self.ownHost(origin, base)
            case .name(let host): host
            }
        return host.map { append("Host", $0) } ?? true
    }

    /// The server's own Host if libcurl would send another: it mistakes the name for TLS for the URL's host.
    private static func ownHost(_ origin: ConfiguredOrigin, _ base: String) -> String? {
        guard origin.settings.tls.serverName != nil, let slashes = base.firstRange(of: "//") else { return nil }
        return String(base[slashes.upperBound...])
    }

    /// The fields that an object store reads; larder signs no others from a client.
    private static let ofStores = [
        "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since",
    ]
    /// The SHA-256 of no bytes: S3 requires the hash of the content, and libcurl 7.88 does not send it.
    private static let noContent = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// The lines of a request that libcurl signs.
    ///
    /// It signs all lines, one after the other. So no name may occur twice, and none may ask libcurl to leave a field
    /// out, because libcurl would sign that too.
    private mutating func appendSigned(
        _ request: OriginRequest,
        _ headers: [(String, String)],
        _ store: ObjectStore
    ) -> Bool {
        for name in Self.ofStores where !headers.contains(where: { $0.0.lowercased() == name.lowercased() }) {
            guard let value = request.fields.combined(name), !value.isEmpty else { continue }
            guard append(name, value) else { return false }
        }
        for (name, value) in headers { guard append(name, value) else { return false } }
        if let token = store.sessionToken, !append("X-Amz-Security-Token", token) { return false }
        return append("X-Amz-Content-Sha256", Self.noContent)
    }

    private mutating func append(_ name: String, _ value: String) -> Bool {
        guard FieldList.isToken(name) else { return false }
        if Fields.isSame(name, "Host") { hasHost = true }
        fields.append(text: name)
        fields.append(literal: ": ")
        for scalar in value.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value), byte >= 0x20 || byte == 0x09, byte != 0x7F else {
                return false
            }
            fields.append(byte)
        }
        fields.append(literal: "\r\n")
        return true
    }
}

// Owns a curl_slist: the field lines of one request, as libcurl wants them. Used on the origin thread.
// Invariant: no line holds CR, LF or NUL, so no field can smuggle in another.

import CCurl
import HTTPMessage

/// The field lines of a request.
@safe struct RequestLines: ~Copyable {  // because it alone frees the list
    /// Names that libcurl or `hostHeader` sets; those of one connection (RFC 9110 §7.6.1) are left out as well.
    private static let own = HopByHop.names.union(["host", "content-length", "expect"])

    /// What libcurl is given; nil when there is no line.
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    /// Puts the lines together; nil when a name or value cannot be sent.
    ///
    /// - Parameters:
    ///   - request: The fields of the request, and its client's Host.
    ///   - settings: Which Host to send, and fields to put over the request's.
    init?(_ request: OriginRequest, _ settings: OriginSettings) {
        unsafe list = nil  // because nil is libcurl's empty list
        switch settings.hostHeader {
        case .origin: break
        case .client:
            if let host = request.clientHost, !append("Host", host) { return nil }
        case .name(let host):
            if !append("Host", host) { return nil }
        }
        var isAcceptGiven = false
        for line in request.fields.lines {
            let name = line.name.lowercased()
            if Self.own.contains(name) || settings.headers.contains(where: { $0.0.lowercased() == name }) { continue }
            if name == "accept" { isAcceptGiven = true }
            guard append(line.name, line.value) else { return nil }
        }
        for (name, value) in settings.headers {
            if name.lowercased() == "accept" { isAcceptGiven = true }
            guard append(name, value) else { return nil }
        }
        // libcurl adds "Accept: */*" and, to uploads, "Expect: 100-continue" unless told to leave them out.
        if !isAcceptGiven { add(Array("Accept:".utf8)) }
        if request.body != nil { add(Array((request.expectsContinue ? "Expect: 100-continue" : "Expect:").utf8)) }
        if request.acceptsTrailers {
            add(Array("TE: trailers".utf8))
            add(Array("Connection: TE".utf8))
        }
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
        add(line)
        return true
    }

    private mutating func add(_ line: [UInt8]) {
        // because libcurl copies the line, which ends with the 0 added here, and returns the list's head
        unsafe (line + [0]).withUnsafeBytes { bytes in
            let text = unsafe bytes.bindMemory(to: CChar.self).baseAddress
            if let head = unsafe curl_slist_append(list, text) { unsafe list = head }
        }
    }

    deinit {
        unsafe curl_slist_free_all(list)  // because it is ours alone; nil is allowed
    }
}

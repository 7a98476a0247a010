// Which of a request's fields an origin gets.

import HTTPMessage
import Settings

extension ProxySettings {
    /// A client's fields as they go on with a fill.
    ///
    /// A fill asks for the whole, whatever part of it or condition the client wants, and with no more fields than the
    /// configuration lets shape what is stored for everyone.
    ///
    /// - Parameters:
    ///   - fields: The fields of the request.
    ///   - peer: The client's address.
    ///   - minorVersion: The version it speaks.
    /// - Returns: What the origins get, and by which variants are told apart.
    func fillFields(_ fields: Fields, from peer: String, minorVersion: UInt8) -> Fields {
        var fields = endToEnd(fields, from: peer)
        fields.removeAll { line, span in Self.ofOneClient.contains { span.isSame(line.name, $0) } }
        restrict(&fields)
        addTrace(to: &fields, minorVersion: minorVersion)
        return fields
    }

    /// The fields that the origins get of a fill for a request.
    func fillFields(of request: ClientRequest) -> Fields {
        fillFields(request.fields, from: request.peer, minorVersion: request.head.minorVersion)
    }

    /// The fields that the origin gets of a request that is passed on.
    func passFields(of request: ClientRequest) -> Fields {
        var fields = endToEnd(request.fields, from: request.peer)
        if let left = request.forwardsLeft { fields.set("Max-Forwards", String(left - 1)) }
        addTrace(to: &fields, minorVersion: request.head.minorVersion)
        return fields
    }

    private func endToEnd(_ fields: Fields, from peer: String) -> Fields {
        var fields = fields
        fields.removeHopByHop { line, span in line.isNamed("host", in: span) || line.isNamed("expect", in: span) }
        addForwarded(to: &fields, peer)
        return fields
    }

    private func addTrace(to fields: inout Fields, minorVersion: UInt8) {
        fields.append(contentsOf: Via.line(received: minorVersion == 0 ? .http10 : .http11))
        fields.append(contentsOf: loopLine)
    }

    /// What concerns the answer to one client alone, not what is stored.
    private static let ofOneClient = [
        "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since",
    ]

    // MARK: What shapes what everyone gets

    /// No Accept-Language and no Accept-Charset: pictures do not differ by them, and where an origin's answers do all the same,
    /// without a Vary that says so, one visitor's language would be everyone's.
    private static let pictureFields = ["accept", "accept-encoding", "authorization", "cache-control", "pragma"]
    /// They say where a request has been, not what is wanted.
    private static let pathFields = ["via", "cdn-loop"]

    private func restrict(_ fields: inout Fields) {
        switch forwardHeaders {
        case .all: break
        case .pictures:
            keep(Self.pictureFields, in: &fields)
            fields.append(name: "User-Agent", value: Via.pseudonym)
        case .names(let names): keep(names, in: &fields)
        }
    }

    private func keep(_ names: [String], in fields: inout Fields) {
        fields.removeAll { line, span in
            !(names.contains { span.isSame(line.name, $0) } || Self.pathFields.contains { span.isSame(line.name, $0) })
        }
    }

    // MARK: Where the request comes from

    private func addForwarded(to fields: inout Fields, _ peer: String) {
        switch forwarded {
        case .keep: break
        case .remove:
            fields.removeAll { line, span in
                let name = FieldList.lowercased(span.text(line.name))
                return name == "forwarded" || name.hasPrefix("x-forwarded-")
            }
        case .add:
            let isAddress = peer != "unix" && peer != "-"
            // An IPv6 address is in brackets, and therefore in quotes (RFC 7239 §6).
            let node = !isAddress ? "unknown" : peer.contains(":") ? "\"[\(peer)]\"" : peer
            append("for=\(node)", to: "Forwarded", of: &fields)
            if isAddress { append(peer, to: "X-Forwarded-For", of: &fields) }
        }
    }

    /// Adds a member to a list, which becomes one line: some servers read the first only.
    private func append(_ member: String, to name: String, of fields: inout Fields) {
        let former = fields.combined(name).map { "\($0), " } ?? ""
        fields.set(name, former + member)
    }
}

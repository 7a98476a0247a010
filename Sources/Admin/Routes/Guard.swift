// Value. Decides who may use the admin interface: senders of the token if there is one, and never a page of another
// site.
//
// A browser sends requests to any address for any page, with the password it remembers. So a request from another
// origin is refused. Without a token, so is a request for a host name that is not this interface's: if an attacker's
// name points at 127.0.0.1, his page looks like one of ours (DNS rebinding).

import Coding
import Hummingbird
import Settings

struct Guard {
    let admin: Configuration.Admin

    /// Checks that the request does not come from a page of another site.
    func checkSite(of request: Request) throws(AdminRefusal) {
        let host = request.head.authority ?? ""
        if let origin = request.headers[.origin] {
            let scheme = origin.range(of: "://").map { $0.upperBound }
            guard let scheme, origin[scheme...].lowercased() == host.lowercased() else {
                throw AdminRefusal(status: .forbidden, detail: "The request comes from a page of another site.")
            }
        }
        guard admin.token == nil, case .tcp(let own, _) = admin.listen else { return }
        guard Self.isAddress(host) || Self.name(in: host) == own.lowercased() else {
            throw AdminRefusal(
                status: .forbidden,
                detail:
                    "Without a token the interface accepts addresses and localhost as its host, not the name \(host)."
            )
        }
    }

    private static func name(in authority: String) -> String {
        let name = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        return name.lowercased()
    }

    private static func isAddress(_ authority: String) -> Bool {
        if authority.hasPrefix("[") || authority.isEmpty { return true }
        let name = name(in: authority)
        return name == "localhost" || name.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
    }

    /// Checks that the request has the token, as bearer token or as the password of HTTP Basic.
    func checkToken(of request: Request) throws(AdminRefusal) {
        guard let token = admin.token else { return }
        let given = request.headers[.authorization].flatMap(Self.credential) ?? []
        guard Self.isEqual(given, Array(token.reveal().utf8)) else {
            throw AdminRefusal(status: .unauthorized, detail: "The request needs the token of admin.token_file.")
        }
    }

    private static func credential(_ field: String) -> [UInt8]? {
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2 else { return nil }
        let value = parts[1].drop { $0 == " " }
        switch parts[0].lowercased() {
        case "bearer": return Array(value.utf8)
        case "basic":
            guard let bytes = Base64.decoded(value), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
                return nil
            }
            return Array(bytes[(colon + 1)...])
        default: return nil
        }
    }

    /// Compares in a time that depends only on the length of the given text.
    private static func isEqual(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
        var difference = given.count ^ expected.count
        for (index, byte) in given.enumerated() {
            difference |= Int(byte ^ (expected.isEmpty ? 0xFF : expected[index % expected.count]))
        }
        return difference == 0
    }

    /// Checks that a request is meant to change something: no form of a page can send JSON.
    func checkIsJSON(_ request: Request) throws(AdminRefusal) {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased() ?? ""
        guard type.filter({ $0 != " " }) == "application/json" else {
            throw AdminRefusal(
                status: .unsupportedMediaType,
                detail: "The body must be JSON, with Content-Type application/json."
            )
        }
    }
}

extension String {
    /// The range of a text in this one; nil if it does not occur.
    fileprivate func range(of text: String) -> Range<Index>? {
        ranges(of: text).first
    }
}

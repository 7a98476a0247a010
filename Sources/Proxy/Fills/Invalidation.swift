// Value. Which stored responses an unsafe method makes unusable if it succeeds (RFC 9111 §4.4).

import HTTPCaching
import HTTPMessage
import Origins
import Store

struct Invalidation: Sendable {
    let method: String
    let target: [UInt8]
    /// The host that the request names, normal.
    let clientHost: String
    let routes: RouteTable

    /// What is to be purged: the target, what Location and Content-Location name at the same origin (RFC 9111 §4.4), and
    /// the groups that Cache-Group-Invalidation names (RFC 9875 §3).
    func rules(for response: OriginResponse) -> [PurgeRule] {
        guard (200..<400).contains(response.status) else { return [] }
        var keys = [target]
        for name in ["Location", "Content-Location"] {
            for value in response.fields.all(name) {
                if let key = key(of: value), !keys.contains(key) { keys.append(key) }
            }
        }
        // Pictures without the host in their keys are those of any host.
        let scope = routes.alwaysHasHost(clientHost) ? Array("//\(clientHost)/".utf8) : []
        let groups = CacheGroups.invalidated(by: response.fields)
        return keys.map(PurgeRule.key) + groups.map { PurgeRule.group(name: Array($0.utf8), scope: scope) }
    }

    /// Whether a response may answer later GETs of the target: it answers a POST and says that it is what the target
    /// stands for (RFC 9110 §9.3.3).
    func isOfTarget(_ response: OriginResponse) -> Bool {
        let locations = response.fields.all("Content-Location")
        guard method == "POST", (200..<300).contains(response.status), locations.count == 1 else { return false }
        return key(of: locations[0]) == target
    }

    /// The key of what a reference names; nil where that is of another origin.
    private func key(of reference: String) -> [UInt8]? {
        guard let path = samePlace(reference) else { return nil }
        return routes.key(path: path, host: clientHost)?.key
    }

    /// Path and query of a reference, resolved against the target (RFC 3986 §5.2); nil for another origin's.
    private func samePlace(_ reference: String) -> String? {
        let reference = String(reference.prefix { $0 != "#" })
        let lower = reference.lowercased()
        for scheme in ["http:", "https:"] where lower.hasPrefix(scheme) {
            return ofAuthority(reference.dropFirst(scheme.count))
        }
        if reference.hasPrefix("//") { return ofAuthority(Substring(reference)) }
        if reference.hasPrefix("/") { return reference }
        // A colon before any slash makes it a URI of another scheme.
        guard reference.prefix(while: { $0 != "/" && $0 != "?" }).contains(":") == false else { return nil }
        let base = CacheKey.target(of: target)
        let path = base.prefix { $0 != "?" }
        if reference.isEmpty { return base }
        if reference.hasPrefix("?") { return path + reference }
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return directory + reference
    }

    private func ofAuthority(_ reference: Substring) -> String? {
        guard reference.hasPrefix("//") else { return nil }
        let rest = reference.dropFirst(2)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard HostNormalization.normalize(String(rest[..<end])) == clientHost else { return nil }
        return rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
    }
}

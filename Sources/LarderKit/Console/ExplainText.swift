// Value. The response of /explain as `larder explain` prints it.

import Admin
package import Coding

package struct ExplainText {
    private let report: JSON

    package init(_ report: JSON) { self.report = report }

    package var text: String {
        [head, stored, origins, fills].map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var head: [String] {
        let now = report["now"]
        var table = TextTable(.left, .left)
        table.add("KEY", report["key"]?.text ?? "")
        if report["target"] != report["key"] { table.add("TARGET", report["target"]?.text ?? "") }
        table.add("ROUTE", route)
        table.add("NOW", now?["summary"]?.text ?? "")
        table.add("", now?["cache_status"]?.text ?? "")
        return table.lines()
    }

    private var route: String {
        let route = report["route"]
        let settings = (route?["settings"]?.members ?? []).map { " \($0.name)=\($0.value.text ?? "")" }.joined()
        let name = route?["name"]?.text ?? ""
        guard name != "default" else { return name }
        return "\(name): host \(route?["host"]?.text ?? ""), path \(route?["path"]?.text ?? "")\(settings)"
    }

    private var stored: [String] {
        let variants = report["stored"]?.items ?? []
        guard !variants.isEmpty else { return ["STORED", "  nothing"] }
        return ["STORED"] + variants.flatMap(lines)
    }

    private func lines(_ variant: JSON) -> [String] {
        let left = variant["ttl_seconds"]?.double ?? 0
        let freshness = left > 0 ? "fresh for \(Readable.duration(left))" : "stale for \(Readable.duration(-left))"
        let mark = variant["is_selected"]?.isTrue == true ? "*" : " "
        let place = "\(variant["tier"]?.text ?? ""), volume \(variant["volume"]?.whole ?? 0)"
        var table = TextTable(.left, .left)
        func add(_ title: String, _ name: String) {
            if let text = variant[name]?.text { table.add(title, text) }
        }
        for field in variant["selecting"]?.members ?? [] {
            table.add("selected by", "\(field.name): \(field.value.text ?? "(absent)")")
        }
        add("type", "content_type")
        add("part", "part")
        add("etag", "etag")
        add("modified", "last_modified")
        add("from", "origin")
        let windows = [("stale_while_revalidate_seconds", "while validated"), ("stale_if_error_seconds", "on errors")]
            .compactMap { name, words -> String? in
                let seconds = variant[name]?.double ?? 0
                return seconds > 0 ? "\(Readable.duration(seconds)) \(words)" : nil
            }
        if !windows.isEmpty { table.add("stale", windows.joined(separator: ", ")) }
        let flags = [
            ("must_revalidate", "must-revalidate"), ("no_cache", "no-cache"),
            ("has_assumed_lifetime", "lifetime assumed"), ("set_cookie_stripped", "Set-Cookie not stored"),
        ]
        .filter { variant[$0.0]?.isTrue == true }.map(\.1)
        if !flags.isEmpty { table.add("rules", flags.joined(separator: ", ")) }
        if variant["is_verified"]?.isTrue == false { table.add("checksum", "not checked since an unclean stop") }
        let size = Readable.bytes(variant["bytes"]?.whole ?? 0)
        let age = Readable.duration(variant["age_seconds"]?.double ?? 0)
        return ["\(mark) \(variant["status"]?.whole ?? 0)  \(size)  age \(age)  \(freshness)  \(place)"]
            + table.lines(indent: 4)
    }

    private var origins: [String] {
        let lines = (report["origins"]?.items ?? []).enumerated().map { index, origin -> String in
            let state =
                origin["backing_off"]?.isTrue == true
                ? "circuit breaker open: tried if no other origin responds" : "ok"
            let note = origin["is_preferred"]?.isTrue == true ? ", the stored response came from it" : ""
            return "  \(index + 1)  \(origin["url"]?.text ?? "")  \(state)\(note)"
        }
        return ["ORIGINS, in the order in which they would be tried"] + lines
    }

    private var fills: [String] {
        let fills = report["fills"]?.items ?? []
        guard !fills.isEmpty else { return ["FILLS", "  none is remembered"] }
        return ["FILLS"]
            + fills.flatMap { fill -> [String] in
                let ago = Readable.duration(fill["ended_seconds_ago"]?.double ?? 0)
                let kind = fill["is_validation"]?.isTrue == true ? "validation" : "fill"
                let detail = fill["detail"]?.text.map { " (\($0))" } ?? ""
                return ["  \(ago) ago  \(kind) \(fill["outcome"]?.text ?? "")\(detail)"]
                    + (fill["asked"]?.items ?? []).map { "    \($0["origin"]?.text ?? ""): \(Self.result($0))" }
            }
    }

    private static func result(_ asked: JSON) -> String {
        switch asked["result"]?.text {
        case "answered": "responded \(asked["status"]?.whole ?? 0)"
        case "failed": "failed (\(asked["error"]?.text ?? ""))"
        case "skipped": "skipped, circuit breaker open"
        case "overtaken": "another origin responded first"
        default: ""
        }
    }
}

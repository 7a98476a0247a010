// Value. The figures of /stats as `larder stats` prints them.

import Admin
package import Coding

package struct StatsText {
    private let stats: JSON

    package init(_ stats: JSON) { self.stats = stats }

    package var text: String {
        let sections = [head, requests, origins, store, limits].filter { !$0.isEmpty }
        return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// The value at a path of names.
    private func value(_ path: String) -> JSON {
        path.split(separator: ".").reduce(stats) { $0[String($1)] ?? .null }
    }

    private func number(_ path: String) -> String { Readable.number(value(path).whole) }
    private func bytes(_ path: String) -> String { Readable.bytes(value(path).whole) }
    private func bytes(_ count: Int) -> String { Readable.bytes(count) }
    private func percent(_ path: String) -> String {
        value(path) == .null ? "–" : Readable.percent(value(path).double)
    }

    private var head: [String] {
        let state = value("is_ready").isTrue ? "serving" : "not serving"
        let uptime = Readable.duration(value("uptime_seconds").double)
        return ["larder \(value("version").text ?? "?"), \(state), up \(uptime)"]
            + value("troubles").items.compactMap { $0.text.map { "! \($0)" } }
    }

    private var requests: [String] {
        var table = TextTable(.left, .right, .left)
        table.add("requests", number("requests"))
        table.add("hit ratio", percent("hit_ratio"), "\(percent("byte_hit_ratio")) of bytes")
        table.add(
            "hits",
            number("hits.total"),
            "memory \(number("hits.memory")), disk \(number("hits.disk")), stale \(number("hits.stale"))"
        )
        table.add(
            "misses",
            number("misses.total"),
            "new \(number("misses.uri")), variant \(number("misses.vary")), stale \(number("misses.stale")), "
                + "asked for \(number("misses.request"))"
        )
        table.add("followers", number("counters.followers"))
        table.add("no origin", number("counters.origin_errors"), "answered 502 or 504")
        table.add("served", bytes("bytes_served"))
        table.add("fetched", bytes("bytes_fetched"))
        table.add("in progress", number("fills_in_progress"), "fills, \(number("connections")) connections")
        for (title, path) in [("access log", "lost_log_lines"), ("own log", "lost_messages")]
        where value(path).whole > 0 {
            table.add(title, number(path), "lines lost")
        }
        return ["REQUESTS"] + table.lines(indent: 2)
    }

    private var origins: [String] {
        var table = TextTable(.left, .right, .right, .right, .right, .right, .right, .left)
        table.add("URL", "requests", "errors", "not found", "lag", "received", "first byte", "")
        for origin in value("origins").items {
            let errors = (origin["errors"]?.members ?? []).reduce(0) { $0 + $1.value.whole }
            let times = origin["first_byte_seconds"]
            table.add(
                origin["url"]?.text ?? "",
                Readable.number(origin["requests"]?.whole ?? 0),
                Readable.number(errors + (origin["server_errors"]?.whole ?? 0)),
                notFound(origin),
                lag(origin),
                Readable.bytes(origin["bytes"]?.whole ?? 0),
                Readable.latency(sum: times?["sum"]?.double ?? 0, count: times?["count"]?.whole ?? 0),
                state(origin)
            )
        }
        return ["ORIGINS"] + table.lines(indent: 2)
    }

    private func state(_ origin: JSON) -> String {
        let list = origin["list"]?.text ?? "default"
        let words = [list == "default" ? "" : list, origin["backing_off"]?.isTrue == true ? "failing" : ""]
        return words.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    private func notFound(_ origin: JSON) -> String {
        guard let count = origin["not_found"]?.whole, count > 0 else { return "0" }
        return "\(Readable.number(count)) (\(Readable.percent(origin["not_found_share"]?.double ?? 0)))"
    }

    private func lag(_ origin: JSON) -> String {
        let lag = origin["lag_seconds"]
        return Readable.lag(count: lag?["count"]?.whole ?? 0, sum: lag?["sum"]?.double ?? 0)
    }

    private var directoryBytesEach: String {
        let responses = value("store.responses").whole
        return responses == 0 ? "–" : bytes(value("store.directory_bytes").whole / responses)
    }

    private var store: [String] {
        var table = TextTable(.left, .right, .left)
        table.add("stored responses", number("store.responses"))
        table.add("on disk", bytes("store.disk_bytes"), "of \(bytes("store.maximum_bytes"))")
        table.add("in memory", bytes("store.memory_bytes"), "of \(bytes("store.memory_maximum_bytes"))")
        table.add("directory", bytes("store.directory_bytes"), "of memory, \(directoryBytesEach) a response")
        table.add("evicted", number("store.evictions"), bytes("store.evicted_bytes"))
        table.add("purged", number("store.purged"))
        for (title, path) in [
            ("found corrupt", "store.corrupt"), ("write errors", "store.write_errors"),
            ("index errors", "store.index_errors"), ("directory gone", "store.directory_lost"),
        ] where value(path).whole > 0 {
            table.add(title, number(path))
        }
        for refusal in value("store.refused").members where refusal.value.whole > 0 {
            let reason = refusal.name.split(separator: "_").joined(separator: " ")
            table.add("not stored", Readable.number(refusal.value.whole), reason)
        }
        return ["STORE"] + table.lines(indent: 2)
    }

    private var limits: [String] {
        var table = TextTable(.left, .right)
        let reached = value("limits_reached").members.filter { $0.value.whole > 0 }
        for limit in reached {
            table.add(limit.name.split(separator: "_").joined(separator: " "), Readable.number(limit.value.whole))
        }
        return reached.isEmpty ? [] : ["LIMITS REACHED"] + table.lines(indent: 2)
    }
}

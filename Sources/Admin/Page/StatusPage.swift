// Value. The status page: one HTML text without outside resources. The server writes the present figures into it, so
// that it can be read without a script; the script replaces them every two seconds from /stats.

import Hummingbird
import Origins
import Proxy
import Store

enum StatusPage {
    static func response(_ figures: Figures) -> Response {
        var generator = SystemRandomNumberGenerator()
        let nonce = String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
        var response = Response.text(html(figures, nonce: nonce), "text/html; charset=utf-8")
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        return response
    }

    private static func html(_ figures: Figures, nonce: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>larder</title>
        <style nonce="\(nonce)">\(style)</style>
        </head>
        <body>
        <header>
        <h1>larder</h1>
        <p><span id="state" class="\(stateClass(figures))">\(stateText(figures))</span>
        version <span id="version">\(escaped(figures.version))</span>, up
        <span id="uptime">\(Readable.duration(figures.uptimeSeconds))</span></p>
        </header>
        <ul id="troubles">\(figures.troubles.map { "<li>\(escaped($0))</li>" }.joined())</ul>
        <main>
        \(tiles(figures))
        <section>
        <h2>Origins</h2>
        <div class="scroll">\(origins(figures))</div>
        </section>
        <div class="columns">
        \(store(figures))
        \(requests(figures))
        </div>
        </main>
        <form action="/explain"><label>Explain the path or URL
        <input name="url" required maxlength="2000" placeholder="/images/a.jpg"></label> <button>Explain</button></form>
        <footer>Also here: <a href="/stats">figures</a>, <a href="/metrics">metrics</a>,
        <a href="/objects">stored responses</a>, <a href="/healthz">health</a></footer>
        <script nonce="\(nonce)">\(script)</script>
        </body>
        </html>

        """
    }

    private static func stateClass(_ figures: Figures) -> String {
        figures.isReady && figures.troubles.isEmpty ? "good" : "bad"
    }

    private static func stateText(_ figures: Figures) -> String {
        if !figures.isReady { return "not serving" }
        return figures.troubles.isEmpty ? "serving" : "degraded"
    }

    private static func tiles(_ figures: Figures) -> String {
        let diskShare = share(figures.diskBytes, of: Int(figures.maximumSize))
        let memoryShare = share(figures.store.memoryBytes, of: Int(figures.memoryLimit))
        return """
            <div class="tiles">
            \(tile("Hit ratio", "hit-ratio", Readable.percent(figures.hitRatio), "of look-ups"))
            \(tile("Requests", "rate", Readable.number(figures.value(.requests)), "since the start", noteID: "rate-note"))
            \(tile("Served", "served", Readable.bytes(figures.value(.bytesServed)), "to clients"))
            \(tile("Fetched", "fetched", Readable.bytes(figures.value(.bytesFetched)), "from origins"))
            \(gauge("On disk", "disk", Readable.bytes(figures.diskBytes), Int(figures.maximumSize), diskShare))
            \(gauge("In memory", "memory", Readable.bytes(figures.store.memoryBytes), Int(figures.memoryLimit),
                memoryShare))
            </div>
            """
    }

    private static func tile(
        _ title: String,
        _ id: String,
        _ value: String,
        _ note: String,
        noteID: String? = nil
    ) -> String {
        let noteID = noteID.map { " id=\"\($0)\"" } ?? ""
        return "<section class=\"tile\"><h3>\(title)</h3><b id=\"\(id)\">\(value)</b><i\(noteID)>\(note)</i></section>"
    }

    private static func gauge(_ title: String, _ id: String, _ value: String, _ limit: Int, _ share: Int) -> String {
        "<section class=\"tile\"><h3>\(title)</h3><b id=\"\(id)\">\(value)</b>"
            + "<i>of <span id=\"\(id)-limit\">\(Readable.bytes(limit))</span></i>"
            + "<meter id=\"\(id)-meter\" min=\"0\" max=\"100\" value=\"\(share)\">\(share) %</meter></section>"
    }

    private static func share(_ part: Int, of whole: Int) -> Int {
        whole == 0 ? 0 : min(100, Int(Double(part) * 100 / Double(whole)))
    }

    private static func origins(_ figures: Figures) -> String {
        let rows = figures.origins.map { origin -> String in
            let cells = [
                Readable.number(Int(clamping: origin.requests)),
                Readable.number(Int(clamping: origin.errors.values.reduce(0, +))),
                Readable.number(Int(clamping: origin.notFound)), Readable.number(Int(clamping: origin.serverErrors)),
                Readable.lag(count: Int(clamping: origin.lag.count), sum: origin.lag.sum),
                Readable.bytes(Int(clamping: origin.bytes)),
                Readable.latency(sum: origin.firstByte.sum, count: Int(clamping: origin.firstByte.count)),
                "\(origin.inProgress)", "\(origin.queued)",
            ]
            let state =
                origin.isBackingOff ? "<span class=\"bad\">failing</span>" : "<span class=\"good\">in use</span>"
            return "<tr><td>\(escaped(origin.url))</td>\(cells.map { "<td>\($0)</td>" }.joined())<td>\(state)</td></tr>"
        }
        return """
            <table><thead><tr><th>URL</th><th>Requests</th><th>Errors</th><th>Not found</th><th>5xx</th><th>Lag, mean</th><th>Received</th>
            <th>First byte, mean</th><th>In progress</th><th>Queued</th><th>State</th></tr></thead>
            <tbody id="origins">\(rows.joined())</tbody></table>
            """
    }

    private static func store(_ figures: Figures) -> String {
        let store = figures.store
        return list(
            "Store",
            [
                ("Stored responses", "store.responses", Readable.number(store.responses)),
                ("Volumes", "store.volumes", Readable.number(store.volumes)),
                ("Evicted", "store.evictions", Readable.number(store.evictions)),
                ("Purged", "store.purged", Readable.number(store.purged)),
                ("In memory", "store.memory_responses", Readable.number(store.memoryResponses)),
                ("Found corrupt", "store.corrupt", Readable.number(store.corrupt)),
                ("Write errors", "store.write_errors", Readable.number(store.writeErrors)),
            ]
        )
    }

    private static func requests(_ figures: Figures) -> String {
        let limits = figures.group("limit").filter { $0.value > 0 }
            .map { "<dt>\($0.counter.sentence)</dt><dd>\(Readable.number($0.value))</dd>" }.joined()
        let none = limits.isEmpty ? "" : " hidden"
        return list(
            "Requests",
            [
                ("Hits from memory", "hits.memory", Readable.number(figures.value(.hitsMemory))),
                ("Hits from disk", "hits.disk", Readable.number(figures.value(.hitsDisk))),
                ("Stale hits", "hits.stale", Readable.number(figures.value(.hitsStale))),
                ("Misses", "misses.total", Readable.number(figures.misses)),
                ("Followers", "counters.followers", Readable.number(figures.value(.followers))),
                ("Fills in progress", "fills_in_progress", Readable.number(figures.proxy.fillsInProgress)),
                ("Connections", "connections", Readable.number(figures.proxy.openConnections)),
            ]
        )
            + "<section><h2>Limits reached</h2><p id=\"no-limits\"\(none)>None.</p><dl id=\"limits\">\(limits)</dl></section>"
    }

    private static func list(_ title: String, _ rows: [(title: String, path: String, value: String)]) -> String {
        let items = rows.map { "<dt>\($0.title)</dt><dd data-path=\"\($0.path)\">\($0.value)</dd>" }.joined()
        return "<section><h2>\(title)</h2><dl>\(items)</dl></section>"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}

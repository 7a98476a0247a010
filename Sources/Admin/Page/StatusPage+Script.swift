// Value. The status page's script: requests /stats every two seconds and replaces the figures. It inserts texts as
// text, never as HTML. The sentences about the limits come from the table of counters.

import Coding
import Proxy

extension StatusPage {
    private static let sentences = JSON.object(
        Counter.allCases.filter { $0.name.hasPrefix("limit_") }
            .map { JSON.Member(String($0.name.dropFirst("limit_".count)), .string($0.sentence)) }
    )

    static let script = """
        "use strict";
        const sentences = \(sentences);
        const element = id => document.getElementById(id);
        const set = (id, text) => { element(id).textContent = text; };
        const number = value => String(value).replace(/\\B(?=(\\d{3})+$)/g, "\\u202f");
        const percent = share => share === null ? "–" : (share * 100).toFixed(1) + " %";
        function bytes(value) {
          if (value < 1000) return value + " B";
          for (const unit of ["kB", "MB", "GB", "TB"]) {
            value /= 1000;
            if (value < 999.5 || unit === "TB") return value.toFixed(value < 99.95 ? 1 : 0) + " " + unit;
          }
        }
        function duration(seconds) {
          const s = Math.floor(seconds);
          const parts = [[Math.floor(s / 86400), "d"], [Math.floor(s / 3600) % 24, "h"], [Math.floor(s / 60) % 60, "min"],
            [s % 60, "s"]];
          const first = parts.findIndex(part => part[0] > 0);
          return parts.slice(first < 0 ? 3 : first).slice(0, 2).map(part => part.join(" ")).join(" ");
        }
        function latency(times) {
          if (!times.count) return "–";
          const mean = times.sum / times.count;
          return mean < 1 ? (mean * 1000).toFixed(1) + " ms" : mean.toFixed(2) + " s";
        }
        function make(name, text, kind) {
          const made = document.createElement(name);
          made.textContent = text;
          if (kind) made.className = kind;
          return made;
        }
        function lag(figures) {
          return figures.count === 0 ? "–" : (figures.sum / figures.count).toFixed(1) + " s";
        }
        function originRow(origin) {
          const errors = Object.values(origin.errors).reduce((sum, count) => sum + count, 0);
          const row = document.createElement("tr");
          for (const text of [origin.url, number(origin.requests), number(errors), number(origin.not_found),
            number(origin.server_errors), lag(origin.lag_seconds), bytes(origin.bytes), latency(origin.first_byte_seconds),
            number(origin.in_progress), number(origin.queued)]) row.append(make("td", text));
          const state = document.createElement("td");
          state.append(origin.backing_off ? make("span", "failing", "bad") : make("span", "in use", "good"));
          row.append(state);
          return row;
        }
        function gauge(id, used, limit) {
          set(id, bytes(used));
          set(id + "-limit", bytes(limit));
          element(id + "-meter").value = limit ? Math.min(100, used * 100 / limit) : 0;
        }
        let last = null;
        function rate(stats) {
          const known = last && stats.uptime_seconds > last.uptime_seconds && stats.requests >= last.requests;
          if (known) {
            const value = (stats.requests - last.requests) / (stats.uptime_seconds - last.uptime_seconds);
            set("rate", value < 10 ? value.toFixed(1) : number(Math.round(value)));
            set("rate-note", "a second; " + number(stats.requests) + " in all");
          }
          last = stats;
        }
        function state(text, isGood) {
          set("state", text);
          element("state").className = isGood ? "good" : "bad";
        }
        function show(stats) {
          const isWell = stats.troubles.length === 0;
          state(!stats.is_ready ? "not serving" : isWell ? "serving" : "degraded", stats.is_ready && isWell);
          element("troubles").replaceChildren(...stats.troubles.map(text => make("li", text)));
          set("version", stats.version);
          set("uptime", duration(stats.uptime_seconds));
          set("hit-ratio", percent(stats.hit_ratio));
          set("served", bytes(stats.bytes_served));
          set("fetched", bytes(stats.bytes_fetched));
          rate(stats);
          gauge("disk", stats.store.disk_bytes, stats.store.maximum_bytes);
          gauge("memory", stats.store.memory_bytes, stats.store.memory_maximum_bytes);
          element("origins").replaceChildren(...stats.origins.map(originRow));
          for (const cell of document.querySelectorAll("[data-path]")) {
            cell.textContent = number(cell.dataset.path.split(".").reduce((value, name) => value[name], stats));
          }
          const reached = Object.entries(stats.limits_reached).filter(limit => limit[1] > 0);
          element("no-limits").hidden = reached.length > 0;
          element("limits").replaceChildren(...reached.flatMap(limit =>
            [make("dt", sentences[limit[0]]), make("dd", number(limit[1]))]));
        }
        async function refresh() {
          try {
            const answer = await fetch("/stats", { cache: "no-store" });
            if (!answer.ok) throw new Error(answer.status);
            show(await answer.json());
          } catch (error) {
            state("no answer", false);
          }
          setTimeout(refresh, 2000);
        }
        refresh();
        """
}

// Value. The one table of /metrics. Counters of the picture port come from its own table of counters, the groups
// `hits`, `misses`, `passes` and `limit` as one family each.

import Origins
import Proxy
import Store

extension MetricFamily {
    static let all: [MetricFamily] = general + groups + plain + ofOrigins + ofStore

    private static let general: [MetricFamily] = [
        MetricFamily(.gauge, "larder_info", "The running larder: 1, with its version") {
            [Sample(labels: [("version", $0.version)], value: 1)]
        },
        MetricFamily(.gauge, "larder_uptime_seconds", "Seconds since the start") { [Sample(value: $0.uptimeSeconds)] },
        MetricFamily(.gauge, "larder_ready", "1 while the picture port accepts connections") { $0.isReady ? 1 : 0 },
        MetricFamily(.gauge, "larder_connections", "Connections open now") { $0.proxy.openConnections },
        MetricFamily(.gauge, "larder_fills_in_progress", "Fills in progress now") { $0.proxy.fillsInProgress },
        MetricFamily(.gauge, "larder_held_bytes", "Bytes of bodies that fills hold in memory now") {
            $0.proxy.heldBytes
        },
        MetricFamily(.gauge, "larder_held_up_bytes", "Bytes of memory reserved for bodies of slow clients") {
            $0.proxy.heldUpBytes
        },
        MetricFamily(.counter, "larder_lost_log_lines_total", "Lines of the access log that were lost") {
            $0.proxy.lostLogLines
        },
        MetricFamily(.counter, "larder_lost_messages_total", "Messages of larder's own log that were lost") {
            $0.lostMessages
        },
        MetricFamily(.counter, "larder_queue_full_total", "Times the bound of a queue between threads was reached") {
            $0.queues.map { Sample(labels: [("queue", $0.queue.rawValue)], value: Double($0.timesFull)) }
        },
    ]

    private static let groups: [MetricFamily] = [
        group("hits", "larder_hits_total", "tier", "Requests served from the store, by tier"),
        group("misses", "larder_misses_total", "reason", "Requests forwarded to an origin, by reason (RFC 9211)"),
        group("limit", "larder_limit_reached_total", "limit", "Times a limit was reached"),
        MetricFamily(.counter, "larder_passes_total", "Requests forwarded without storing or reusing, by reason") {
            [
                Sample(labels: [("reason", "method")], value: Double($0.value(.passesMethod))),
                Sample(labels: [("reason", "other")], value: Double($0.value(.passes))),
            ]
        },
    ]

    private static func group(_ prefix: String, _ name: String, _ label: String, _ help: String) -> MetricFamily {
        MetricFamily(.counter, name, help) { figures in
            figures.group(prefix).map { Sample(labels: [(label, $0.name)], value: Double($0.value)) }
        }
    }

    /// Counters with a family of their own.
    private static let plain: [MetricFamily] = Counter.allCases.compactMap { counter in
        let name: String
        switch counter {
        case .bytesServed: name = "served_bytes"
        case .bytesFetched: name = "fetched_bytes"
        case .connections: name = "connections_accepted"
        // Apart from the errors of each origin, which have a family of that name.
        case .originErrors: name = "gateway_errors"
        case .passes: return nil
        default:
            guard !["hits_", "misses_", "passes_", "limit_"].contains(where: counter.name.hasPrefix) else { return nil }
            name = counter.name
        }
        return MetricFamily(.counter, "larder_\(name)_total", counter.sentence) { $0.value(counter) }
    }

    // MARK: Origins

    private static let ofOrigins: [MetricFamily] = [
        origin(.counter, "requests_total", "Requests that were sent to an origin, or failed before") {
            Double($0.requests)
        },
        MetricFamily(.counter, "larder_origin_errors_total", "Failures of an origin, by kind") { figures in
            figures.origins.flatMap { origin in
                OriginError.Kind.allCases.map { kind in
                    let labels = figures.labels(of: origin) + [("kind", kind.label)]
                    return Sample(labels: labels, value: Double(origin.errors[kind] ?? 0))
                }
            }
        },
        origin(.counter, "not_found_total", "Responses 404 and 410 of an origin") { Double($0.notFound) },
        origin(.counter, "server_errors_total", "Responses 500 to 599 of an origin") { Double($0.serverErrors) },
        origin(.counter, "skipped_total", "Requests that skipped an origin because its circuit breaker was open") {
            Double($0.skipped)
        },
        origin(.counter, "refused_paths_total", "Paths that lead out of a file origin's root") {
            Double($0.refusedPaths)
        },
        origin(.counter, "hedges_total", "Hedges: requests to the next origin because one was late") {
            Double($0.hedges)
        },
        origin(.counter, "hedges_refused_total", "Hedges that were not sent because the retry budget was used up") {
            Double($0.hedgesRefused)
        },
        origin(.counter, "overtaken_total", "Requests dropped because another origin responded first") {
            Double($0.overtaken)
        },
        origin(.counter, "resumed_total", "Interrupted bodies whose rest came from an origin") {
            Double($0.resumed)
        },
        origin(.counter, "probes_total", "Probes sent to an origin") { Double($0.probes) },
        origin(.counter, "lag_measured_total", "Pictures that an origin had only after a 404 for them") {
            Double($0.lag.count)
        },
        origin(
            .counter,
            "lag_seconds_total",
            "Sum of the seconds from an origin's first 404 for a picture to its first 200"
        ) {
            $0.lag.sum
        },
        origin(
            .gauge,
            "lag_longest_seconds",
            "The longest time from an origin's first 404 for a picture to its first 200"
        ) { $0.lag.longest },
        origin(.counter, "received_bytes_total", "Bytes of bodies received from an origin") { Double($0.bytes) },
        origin(.gauge, "in_progress", "Requests in progress at an origin now") { Double($0.inProgress) },
        origin(.gauge, "held_up", "Those of them whose clients take nothing now") { Double($0.heldUp) },
        origin(.gauge, "queued", "Requests that wait for a connection to an origin now") { Double($0.queued) },
        origin(.gauge, "connections", "Connections to an origin, idle ones included") { Double($0.connections) },
        origin(.gauge, "backing_off", "1 while the circuit breaker of an origin is open") { $0.isBackingOff ? 1 : 0 },
        origin(.gauge, "failing", "1 while the circuit breaker of an origin is open, or the origin cannot be reached") {
            $0.isFailing ? 1 : 0
        },
        MetricFamily(.histogram, "larder_origin_first_byte_seconds", "From a request sent to its response head") {
            figures in
            figures.origins.flatMap { histogram($0, figures.labels(of: $0)) }
        },
    ]

    private static func origin(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        _ value: @escaping @Sendable (OriginStatistics) -> Double
    ) -> MetricFamily {
        MetricFamily(kind, "larder_origin_\(name)", help) { figures in
            figures.origins.map { Sample(labels: figures.labels(of: $0), value: value($0)) }
        }
    }

    private static func histogram(_ origin: OriginStatistics, _ labels: [(name: String, value: String)]) -> [Sample] {
        let counts = origin.firstByte.counts
        var total: UInt64 = 0
        var samples: [Sample] = []
        for (bound, count) in zip(LatencyHistogram.bounds + [.infinity], counts) {
            total += count
            let limit = bound.isInfinite ? "+Inf" : "\(bound)"
            samples.append(
                Sample(suffix: "_bucket", labels: labels + [("le", limit)], value: Double(total))
            )
        }
        samples.append(Sample(suffix: "_sum", labels: labels, value: origin.firstByte.sum))
        samples.append(Sample(suffix: "_count", labels: labels, value: Double(total)))
        return samples
    }

    // MARK: Store

    private static let ofStore: [MetricFamily] = [
        MetricFamily(.gauge, "larder_store_responses", "Stored responses") { $0.store.responses },
        MetricFamily(.gauge, "larder_store_body_bytes", "Bytes of the bodies of stored responses") {
            Int($0.store.bodyBytes)
        },
        MetricFamily(.gauge, "larder_store_bytes", "Bytes on disk, the index included") { $0.diskBytes },
        MetricFamily(.gauge, "larder_store_limit_bytes", "The most bytes on disk") { Int($0.maximumSize) },
        MetricFamily(.gauge, "larder_store_volumes", "Volumes") { $0.store.volumes },
        MetricFamily(.gauge, "larder_store_unopened_volumes", "Volumes that exist and cannot be opened") {
            $0.store.unopenedVolumes
        },
        MetricFamily(.gauge, "larder_store_index_bytes", "Bytes of the index") { $0.store.indexBytes },
        MetricFamily(.gauge, "larder_store_directory_bytes", "Bytes of memory for the catalog") {
            $0.store.directoryBytes
        },
        MetricFamily(.gauge, "larder_store_backlog_bytes", "Bytes that wait to be written") { $0.store.backlogBytes },
        MetricFamily(.gauge, "larder_store_loaded", "1 once the index is loaded") { $0.store.isLoaded ? 1 : 0 },
        MetricFamily(.gauge, "larder_store_writable", "1 while the cache directory can be written") {
            $0.store.isWritable ? 1 : 0
        },
        MetricFamily(.gauge, "larder_store_slow", "1 while reads of the disk keep being late") {
            $0.store.isSlow ? 1 : 0
        },
        MetricFamily(.gauge, "larder_store_index_writable", "1 while the index can be written") {
            $0.store.isIndexWritable ? 1 : 0
        },
        MetricFamily(.gauge, "larder_store_active_purges", "Purges whose sweep is in progress") { $0.store.activeBans },
        MetricFamily(.gauge, "larder_store_purges_not_durable", "Purges that are in effect but not on the disk yet") {
            $0.store.undurablePurges
        },
        MetricFamily(
            .counter,
            "larder_store_purges_widened_total",
            "Times everything was purged because purges could not be put on the disk"
        ) {
            $0.store.purgesWidened
        },
        MetricFamily(.gauge, "larder_memory_responses", "Responses in the memory tier") { $0.store.memoryResponses },
        MetricFamily(.gauge, "larder_memory_bytes", "Bytes in the memory tier") { $0.store.memoryBytes },
        MetricFamily(.gauge, "larder_memory_limit_bytes", "Bytes the memory tier may take") { Int($0.memoryLimit) },
        MetricFamily(.counter, "larder_memory_evictions_total", "Responses evicted from the memory tier") {
            $0.store.memoryEvictions
        },
        MetricFamily(.counter, "larder_stored_total", "Responses stored") { $0.store.stored },
        MetricFamily(.counter, "larder_stored_bytes_total", "Bytes of bodies stored") { $0.store.storedBytes },
        MetricFamily(.counter, "larder_evictions_total", "Responses evicted from disk") { $0.store.evictions },
        MetricFamily(.counter, "larder_evicted_bytes_total", "Bytes of bodies evicted") { $0.store.evictedBytes },
        MetricFamily(.counter, "larder_survivors_total", "Responses kept while their volume was reclaimed") {
            $0.store.survivors
        },
        MetricFamily(.counter, "larder_purged_total", "Responses removed by purges") { $0.store.purged },
        MetricFamily(.counter, "larder_store_refused_total", "Responses that were not stored, by reason") { figures in
            StoreRefusal.allCases.map { refusal in
                let count = figures.store.refused[refusal.rawValue] ?? 0
                return Sample(labels: [("reason", label(refusal.rawValue))], value: Double(count))
            }
        },
        MetricFamily(.counter, "larder_store_corrupt_total", "Records found incomplete or corrupt") {
            $0.store.corrupt
        },
        MetricFamily(.counter, "larder_scrub_corrupt_total", "Corrupt records that the scrub found") {
            $0.store.scrubCorrupt
        },
        MetricFamily(.counter, "larder_scrub_bytes_total", "Bytes of volumes that the scrub has read") {
            $0.store.scrubbedBytes
        },
        MetricFamily(.counter, "larder_scrub_rounds_total", "Complete rounds of the scrub") {
            $0.store.scrubRounds
        },
        MetricFamily(.counter, "larder_store_read_errors_total", "Failed reads of volumes") { $0.store.readErrors },
        MetricFamily(.counter, "larder_store_write_errors_total", "Failed writes to volumes") { $0.store.writeErrors },
        MetricFamily(.counter, "larder_store_index_errors_total", "Statements that failed in the index") {
            $0.store.indexErrors
        },
        MetricFamily(.counter, "larder_store_directory_lost_total", "Times the cache directory was gone") {
            $0.store.directoryLost
        },
    ]
}

extension Figures {
    /// The labels of an origin's samples: its URL and, where it is not of the default list, the list, since one URL may be in
    /// several.
    fileprivate func labels(of origin: OriginStatistics) -> [(name: String, value: String)] {
        [("origin", origin.url)] + (origin.list > 0 ? [("list", listName(origin))] : [])
    }
}

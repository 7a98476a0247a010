// Value. The JSON of /stats. Names are stable: they are added, never changed.

import Coding
import Origins
import Proxy
import Store

extension Figures {
    var json: JSON {
        [
            "version": .string(version), "uptime_seconds": .number(uptimeSeconds), "is_ready": .bool(isReady),
            "troubles": .array(troubles.map { .string($0) }), "requests": .integer(value(.requests)),
            "hit_ratio": hitRatio.map { .number($0) } ?? .null,
            "byte_hit_ratio": byteHitRatio.map { .number($0) } ?? .null,
            "hits": members("hits", total: hits), "misses": members("misses", total: misses),
            "bytes_served": .integer(value(.bytesServed)), "bytes_fetched": .integer(value(.bytesFetched)),
            "connections": .integer(proxy.openConnections), "fills_in_progress": .integer(proxy.fillsInProgress),
            "held_bytes": .integer(proxy.heldBytes), "held_up_bytes": .integer(proxy.heldUpBytes),
            "lost_log_lines": .integer(proxy.lostLogLines),
            "lost_messages": .integer(lostMessages),
            "limits_reached": members("limit", total: nil),
            "queues_full": .object(queues.map { .init($0.queue.rawValue, .integer($0.timesFull)) }),
            "counters": .object(proxy.counters.map { .init($0.counter.name, .integer($0.value)) }),
            "origins": .array(origins.map(json)), "store": storeJSON,
        ]
    }

    private func members(_ prefix: String, total: Int?) -> JSON {
        var members = group(prefix).map { JSON.Member($0.name, .integer($0.value)) }
        if let total { members.append(.init("total", .integer(total))) }
        return .object(members)
    }

    private func json(_ origin: OriginStatistics) -> JSON {
        let errors = OriginError.Kind.allCases.compactMap { kind in
            origin.errors[kind].map { JSON.Member(kind.label, .integer(Int(clamping: $0))) }
        }
        var total: UInt64 = 0
        var buckets: [JSON] = zip(LatencyHistogram.bounds, origin.firstByte.counts).map { bound, count in
            total += count
            return ["le": .number(bound), "count": .integer(Int(clamping: total))]
        }
        buckets.append(["le": "+Inf", "count": .integer(Int(clamping: origin.firstByte.count))])
        return [
            "url": .string(origin.url), "list": .string(listName(origin)),
            "requests": .integer(Int(clamping: origin.requests)),
            "errors": .object(errors), "not_found": .integer(Int(clamping: origin.notFound)),
            "server_errors": .integer(Int(clamping: origin.serverErrors)),
            "skipped": .integer(Int(clamping: origin.skipped)),
            "refused_paths": .integer(Int(clamping: origin.refusedPaths)),
            "not_found_share": origin.notFoundShare.map { .number($0) } ?? .null,
            "lag_seconds": [
                "count": .integer(Int(clamping: origin.lag.count)), "sum": .number(origin.lag.sum),
                "longest": .number(origin.lag.longest), "last": .number(origin.lag.last),
            ],
            "hedges": .integer(Int(clamping: origin.hedges)),
            "hedges_refused": .integer(Int(clamping: origin.hedgesRefused)),
            "overtaken": .integer(Int(clamping: origin.overtaken)),
            "resumed": .integer(Int(clamping: origin.resumed)), "probes": .integer(Int(clamping: origin.probes)),
            "bytes": .integer(Int(clamping: origin.bytes)),
            "first_byte_seconds": [
                "count": .integer(Int(clamping: origin.firstByte.count)), "sum": .number(origin.firstByte.sum),
                "buckets": .array(buckets),
            ],
            "in_progress": .integer(origin.inProgress), "held_up": .integer(origin.heldUp),
            "queued": .integer(origin.queued),
            "connections": .integer(origin.connections), "backing_off": .bool(origin.isBackingOff),
            "authoritative": .bool(origin.isAuthoritative),
            "failure": origin.failure.map { .string($0.kind.label) } ?? .null,
        ]
    }

    private var storeJSON: JSON {
        let refused = StoreRefusal.allCases.map { refusal in
            JSON.Member(label(refusal.rawValue), .integer(store.refused[refusal.rawValue] ?? 0))
        }
        return [
            "responses": .integer(store.responses), "directory_bytes": .integer(store.directoryBytes),
            "body_bytes": .integer(Int(store.bodyBytes)),
            "disk_bytes": .integer(diskBytes), "maximum_bytes": .integer(Int(maximumSize)),
            "volumes": .integer(store.volumes), "volume_bytes": .integer(store.volumeBytes),
            "unopened_volumes": .integer(store.unopenedVolumes),
            "index_bytes": .integer(store.indexBytes), "memory_responses": .integer(store.memoryResponses),
            "memory_bytes": .integer(store.memoryBytes), "memory_maximum_bytes": .integer(Int(memoryLimit)),
            "memory_evictions": .integer(store.memoryEvictions), "stored": .integer(store.stored),
            "stored_bytes": .integer(store.storedBytes), "evictions": .integer(store.evictions),
            "evicted_bytes": .integer(store.evictedBytes), "survivors": .integer(store.survivors),
            "purged": .integer(store.purged), "active_purges": .integer(store.activeBans),
            "purges_not_durable": .integer(store.undurablePurges), "purges_widened": .integer(store.purgesWidened),
            "refused": .object(refused), "corrupt": .integer(store.corrupt),
            "scrub_corrupt": .integer(store.scrubCorrupt), "scrubbed_bytes": .integer(store.scrubbedBytes),
            "scrub_rounds": .integer(store.scrubRounds),
            "read_errors": .integer(store.readErrors), "write_errors": .integer(store.writeErrors),
            "index_errors": .integer(store.indexErrors),
            "directory_lost": .integer(store.directoryLost), "backlog_bytes": .integer(store.backlogBytes),
            "is_loaded": .bool(store.isLoaded), "is_writable": .bool(store.isWritable),
            "is_index_writable": .bool(store.isIndexWritable), "is_slow": .bool(store.isSlow),
        ]
    }
}

/// A name in the form of labels and members: `too-large` and `tooLarge` become `too_large`.
func label(_ name: String) -> String {
    var text = ""
    var wasUpper = true
    for character in name {
        if character.isUppercase, !wasUpper { text += "_" }
        wasUpper = character.isUppercase
        text += character == "-" ? "_" : character.lowercased()
    }
    return text
}

extension OriginError.Kind {
    var label: String { Admin.label(rawValue) }
}

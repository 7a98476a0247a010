// Value. The counters of the picture port: a case and its row make one. The row is what stats, metrics and docs show.

package enum Counter: Int, Sendable, CaseIterable {
    case requests, hitsMemory, hitsDisk, hitsStale, notModified
    case missesURI, missesVary, missesStale, missesRequest, missesDisk, passesMethod, passes
    case followers, followersLate, fills, validated, bodiesUnreadable, bodiesResumed, bodiesHeldUp, readsLate
    case fillsFailed, unstorable, originErrors, refused, invalidations, loops, bytesServed, bytesFetched
    case connections
    case limitConnections, limitDescriptors, limitHead, limitHeadTimeout, limitIdle, limitSend, limitRequestBody
    case limitInvalidations, limitFills, limitSlowReaders, limitHeldUpMemory, limitHeldUp, limitDiskQueue

    /// The name in `stats`; `/metrics` groups some of them under one name with labels (`MetricFamily`).
    package var name: String { row.name }
    /// One sentence for people.
    package var sentence: String { row.sentence }

    private var row: (name: String, sentence: String) {
        switch self {
        case .requests: ("requests", "Requests whose head was read")
        case .hitsMemory: ("hits_memory", "Hits served from the memory tier")
        case .hitsDisk: ("hits_disk", "Hits served from a volume")
        case .hitsStale: ("hits_stale", "Stale responses served while being validated or because every origin failed")
        case .notModified: ("not_modified", "Hits with a 304 as the response")
        case .missesURI: ("misses_uri", "Requests forwarded because nothing was stored for the URI")
        case .missesVary: ("misses_vary", "Requests forwarded because no stored variant matched")
        case .missesStale: ("misses_stale", "Requests forwarded because the stored response was stale")
        case .missesRequest: ("misses_request", "Requests forwarded because the client asked for it")
        case .missesDisk: ("misses_disk", "Hits fetched from an origin because the disk was late")
        case .passesMethod: ("passes_method", "Requests of a method that is never answered from the store")
        case .passes: ("passes", "Requests passed for another reason")
        case .followers: ("followers", "Requests that followed another's fill")
        case .followersLate: ("followers_late", "Followers that waited too long and sent a request of their own")
        case .fills: ("fills", "Fills and validations begun")
        case .validated: ("validated", "Stored responses freshened by an origin's 304")
        case .bodiesUnreadable:
            ("bodies_unreadable", "Stored bodies that could not be read while they were sent, and were removed")
        case .bodiesResumed:
            (
                "bodies_resumed",
                "Stored bodies whose rest came from an origin, because they could not be read, or not in time"
            )
        case .bodiesHeldUp:
            (
                "bodies_held_up",
                "Bodies taken whole into memory for slow clients, because other requests waited for the origin"
            )
        case .readsLate: ("reads_late", "Reads of the disk that took longer than cache.read_timeout")
        case .fillsFailed: ("fills_failed", "Fills whose origin failed")
        case .unstorable: ("unstorable", "Responses that may not be stored")
        case .originErrors:
            ("origin_errors", "Requests with an error as the response because no origin could serve them")
        case .refused: ("refused", "Request heads refused as malformed or ambiguous")
        case .invalidations: ("invalidations", "Keys invalidated by an unsafe method")
        case .loops: ("loops", "Requests refused because they had passed through this larder before")
        case .bytesServed: ("bytes_served", "Bytes of bodies sent to clients")
        case .bytesFetched: ("bytes_fetched", "Bytes of bodies received from origins")
        case .connections: ("connections", "Connections accepted")
        case .limitConnections: ("limit_connections", "Connections turned away at the limit")
        case .limitDescriptors:
            (
                "limit_descriptors",
                "Times a connection had to wait because the system gave no descriptor or memory for it"
            )
        case .limitHead: ("limit_head", "Request heads over a limit of size or number")
        case .limitHeadTimeout: ("limit_head_timeout", "Request heads that did not arrive in time")
        case .limitIdle: ("limit_idle", "Connections closed for idleness")
        case .limitSend: ("limit_send", "Clients cut off because they took nothing for too long")
        case .limitRequestBody: ("limit_request_body", "Request bodies over the limit")
        case .limitInvalidations: ("limit_invalidations", "Responses sent before their invalidations were on the disk")
        case .limitFills: ("limit_fills", "Fills not shared because too many were in progress")
        case .limitSlowReaders:
            ("limit_slow_readers", "Readers cut off because they fell too far behind a body that is not stored")
        case .limitHeldUpMemory:
            ("limit_held_up_memory", "Bodies not taken into memory for slow clients because there was no room")
        case .limitHeldUp:
            (
                "limit_held_up",
                "Transfers ended because their clients took too little while other requests waited for the origin"
            )
        case .limitDiskQueue: ("limit_disk_queue", "Reads refused because too many waited for the disk")
        }
    }
}

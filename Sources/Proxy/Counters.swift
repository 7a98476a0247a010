// Shared, one set a loop: what the picture port counts. A loop adds to its own set without contention; statistics sum
// the sets. `Counter` is the one table: name and sentence are what stats, metrics and docs show.

import Synchronization

/// What is counted, each with the name and the sentence that `stats`, `/metrics` and the documentation show.
package enum Counter: Int, Sendable, CaseIterable {
    /// All requests whose head was read.
    case requests
    /// Hits answered from the memory tier.
    case hitsMemory
    /// Hits answered from a volume.
    case hitsDisk
    /// Stale responses served while being validated, or because every origin failed.
    case hitsStale
    /// Hits answered 304.
    case notModified
    /// Requests forwarded because nothing was stored for the URI.
    case missesURI
    /// Requests forwarded because no stored variant matched.
    case missesVary
    /// Requests forwarded because what was stored is stale.
    case missesStale
    /// Requests forwarded because the client asked for it.
    case missesRequest
    /// Hits fetched from an origin because the disk was late.
    case missesDisk
    /// Requests of a method that is never answered from the store.
    case passesMethod
    /// Requests passed for another reason.
    case passes
    /// Requests that followed another's fill.
    case followers
    /// Followers that waited too long and fetched for themselves.
    case followersLate
    /// Fills and validations begun.
    case fills
    /// Origins answered 304: the stored response was freshened.
    case validated
    /// Bodies that could not be read from their volume while they were sent: the record is forgotten.
    case bodiesUnreadable
    /// Such bodies, and bodies that were late, of which an origin gave the rest.
    case bodiesResumed
    /// Bodies taken whole into memory for slow clients, since others waited for the origin.
    case bodiesHeldUp
    /// Reads of the disk that took longer than they may.
    case readsLate
    /// Fills whose origin failed.
    case fillsFailed
    /// Responses that may not be stored.
    case unstorable
    /// Requests answered 502 or 504 because no origin could answer.
    case originErrors
    /// Heads refused.
    case refused
    /// Stored responses invalidated by an unsafe method.
    case invalidations
    /// Requests refused because they had passed this larder before.
    case loops
    /// Bytes of bodies sent to clients.
    case bytesServed
    /// Bytes of bodies received from origins.
    case bytesFetched
    /// Connections accepted.
    case connections
    /// Connections turned away at the limit.
    case limitConnections
    /// Times a connection had to wait because the system gave no descriptor or memory for it.
    case limitDescriptors
    /// Heads over a limit of size or number.
    case limitHead
    /// Heads that did not arrive in time.
    case limitHeadTimeout
    /// Connections closed for idleness.
    case limitIdle
    /// Clients cut off because they took nothing for too long.
    case limitSend
    /// Request bodies over the limit.
    case limitRequestBody
    /// Answers to unsafe methods that were sent although a crash would undo what they invalidated: the disk did not take it in time.
    case limitInvalidations
    /// Fills not shared because too many were in progress.
    case limitFills
    /// Readers cut off because they fell too far behind a body that is not stored.
    case limitSlowReaders
    /// Bodies that were not taken into memory for slow clients for want of room.
    case limitHeldUpMemory
    /// Transfers ended because their clients took too little while others waited for the origin.
    case limitHeldUp
    /// Reads refused because too many waited for the disk.
    case limitDiskQueue

    /// The name in `stats`; `/metrics` groups some of them under one name with labels (`MetricFamily`).
    package var name: String {
        switch self {
        case .requests: "requests"
        case .hitsMemory: "hits_memory"
        case .hitsDisk: "hits_disk"
        case .hitsStale: "hits_stale"
        case .notModified: "not_modified"
        case .missesURI: "misses_uri"
        case .missesVary: "misses_vary"
        case .missesStale: "misses_stale"
        case .missesRequest: "misses_request"
        case .passesMethod: "passes_method"
        case .passes: "passes"
        case .followers: "followers"
        case .followersLate: "followers_late"
        case .fills: "fills"
        case .validated: "validated"
        case .readsLate: "reads_late"
        case .missesDisk: "misses_disk"
        case .limitDiskQueue: "limit_disk_queue"
        case .bodiesUnreadable: "bodies_unreadable"
        case .bodiesResumed: "bodies_resumed"
        case .bodiesHeldUp: "bodies_held_up"
        case .fillsFailed: "fills_failed"
        case .unstorable: "unstorable"
        case .originErrors: "origin_errors"
        case .refused: "refused"
        case .invalidations: "invalidations"
        case .loops: "loops"
        case .bytesServed: "bytes_served"
        case .bytesFetched: "bytes_fetched"
        case .connections: "connections"
        case .limitConnections: "limit_connections"
        case .limitDescriptors: "limit_descriptors"
        case .limitHead: "limit_head"
        case .limitHeadTimeout: "limit_head_timeout"
        case .limitIdle: "limit_idle"
        case .limitSend: "limit_send"
        case .limitRequestBody: "limit_request_body"
        case .limitInvalidations: "limit_invalidations"
        case .limitFills: "limit_fills"
        case .limitSlowReaders: "limit_slow_readers"
        case .limitHeldUpMemory: "limit_held_up_memory"
        case .limitHeldUp: "limit_held_up"
        }
    }

    /// One sentence for people.
    package var sentence: String {
        switch self {
        case .requests: "Requests whose head was read"
        case .hitsMemory: "Hits answered from the memory tier"
        case .hitsDisk: "Hits answered from a volume"
        case .hitsStale: "Stale responses served while being validated or because every origin failed"
        case .notModified: "Hits answered 304"
        case .missesURI: "Requests forwarded because nothing was stored for the URI"
        case .missesVary: "Requests forwarded because no stored variant matched"
        case .missesStale: "Requests forwarded because what was stored is stale"
        case .missesRequest: "Requests forwarded because the client asked for it"
        case .passesMethod: "Requests of a method that is never answered from the store"
        case .passes: "Requests passed for another reason"
        case .followers: "Requests that followed another's fill"
        case .followersLate: "Followers that waited too long and fetched for themselves"
        case .fills: "Fills and validations begun"
        case .validated: "Stored responses freshened by an origin's 304"
        case .bodiesUnreadable: "Stored bodies that could not be read while they were sent, and were forgotten"
        case .bodiesResumed:
            "Stored bodies of which an origin gave the rest, since they could not be read, or not in time"
        case .bodiesHeldUp: "Bodies taken whole into memory for slow clients, since others waited for the origin"
        case .readsLate: "Reads of the disk that took longer than cache.read_timeout"
        case .missesDisk: "Hits that were fetched from an origin because the disk was late"
        case .limitDiskQueue: "Reads that were refused because too many waited for the disk"
        case .fillsFailed: "Fills whose origin failed"
        case .unstorable: "Responses that may not be stored"
        case .originErrors: "Requests answered 502 or 504 because no origin could answer"
        case .refused: "Request heads refused as malformed or ambiguous"
        case .invalidations: "Keys invalidated by an unsafe method"
        case .loops: "Requests refused because they had passed this larder before"
        case .bytesServed: "Bytes of bodies sent to clients"
        case .bytesFetched: "Bytes of bodies received from origins"
        case .connections: "Connections accepted"
        case .limitConnections: "Connections turned away at the limit"
        case .limitDescriptors: "Times a connection had to wait because the system gave no descriptor or memory for it"
        case .limitHead: "Request heads over a limit of size or number"
        case .limitHeadTimeout: "Request heads that did not arrive in time"
        case .limitIdle: "Connections closed for idleness"
        case .limitSend: "Clients cut off because they took nothing for too long"
        case .limitRequestBody: "Request bodies over the limit"
        case .limitInvalidations: "Answers sent before what they invalidated was on the disk"
        case .limitFills: "Fills not shared because too many were in progress"
        case .limitSlowReaders: "Readers cut off because they fell too far behind a body that is not stored"
        case .limitHeldUpMemory: "Bodies not taken into memory for slow clients for want of room"
        case .limitHeldUp: "Transfers ended because their clients took too little while others waited for the origin"
        }
    }
}

final class Counters: Sendable {
    private final class Cell: Sendable {
        let value = Atomic<Int>(0)
    }

    private let cells = Counter.allCases.map { _ in Cell() }

    /// Adds to a counter.
    ///
    /// About a nanosecond where no other loop adds to the same set.
    @inline(__always)
    func add(_ counter: Counter, _ amount: Int = 1) { cells[counter.rawValue].value.add(amount, ordering: .relaxed) }

    func value(_ counter: Counter) -> Int { cells[counter.rawValue].value.load(ordering: .relaxed) }
}

// Value. All figures of the parts at one moment, the source of /stats, /metrics, /healthz and the status page.

import Origins
import Proxy
import Runtime
import Store

struct Figures: Sendable {
    let version: String
    /// Messages of larder's own log that were lost.
    let lostMessages: Int
    let uptime: Duration
    /// How often the bound of each queue was reached.
    let queues: [(queue: Queue, timesFull: Int)]
    let proxy: ProxyStatistics
    let store: StoreStatistics
    let origins: [OriginStatistics]
    /// The names of the lists of origins, by their numbers.
    let listNames: [String]
    /// The picture port accepts connections.
    let isReady: Bool
    /// Bytes the store may use on disk.
    let maximumSize: Int64
    /// Bytes of the memory tier.
    let memoryLimit: Int64

    /// A counter's value.
    func value(_ counter: Counter) -> Int {
        proxy.counters.first { $0.counter == counter }?.value ?? 0
    }

    var uptimeSeconds: Double {
        Double(uptime.components.seconds) + Double(uptime.components.attoseconds / 1_000_000_000_000_000) / 1000
    }

    var hits: Int { value(.hitsMemory) + value(.hitsDisk) + value(.hitsStale) }
    var misses: Int {
        value(.missesURI) + value(.missesVary) + value(.missesStale) + value(.missesRequest) + value(.missesDisk)
    }

    /// The share of look-ups that the store could serve; nil before the first one.
    var hitRatio: Double? { Self.ratio(hits, of: hits + misses) }

    /// The share of the bytes served that no origin had to send; nil before the first one.
    var byteHitRatio: Double? {
        let served = value(.bytesServed)
        return Self.ratio(max(0, served - value(.bytesFetched)), of: served)
    }

    private static func ratio(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }

    /// Bytes on disk, the index included.
    var diskBytes: Int { store.volumeBytes + store.indexBytes }

    /// The counters of one group, by the name without its prefix.
    func group(_ prefix: String) -> [(name: String, counter: Counter, value: Int)] {
        proxy.counters.compactMap { counter, value in
            guard counter.name.hasPrefix(prefix + "_") else { return nil }
            return (String(counter.name.dropFirst(prefix.count + 1)), counter, value)
        }
    }

    /// The reasons why larder is degraded although it serves pictures, in words.
    var troubles: [String] {
        var troubles: [String] = []
        if !store.isWritable { troubles.append("the cache directory cannot be written: nothing new is stored") }
        if !store.isIndexWritable {
            troubles.append("the index cannot be written: pictures stored now may be lost at a restart")
        }
        if store.undurablePurges > 0 {
            let count = store.undurablePurges
            troubles.append(
                "\(count) \(count == 1 ? "purge is" : "purges are") not on the disk yet: they are in effect, but a crash may undo them"
            )
        }
        if store.isSlow {
            troubles.append(
                "the disk of the cache directory is slow: some stored pictures are fetched from the origins instead"
            )
        }
        if store.unopenedVolumes > 0 {
            let count = store.unopenedVolumes
            troubles.append(
                "\(count) \(count == 1 ? "volume" : "volumes") cannot be opened: pictures stored there are fetched again"
            )
        }
        return troubles + OriginTroubles.reasons(origins, listNames: listNames)
    }

    /// The name of an origin's list.
    func listName(_ origin: OriginStatistics) -> String {
        listNames.indices.contains(origin.list) ? listNames[origin.list] : ""
    }
}

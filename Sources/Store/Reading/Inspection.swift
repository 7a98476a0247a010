// Shared. Looks at stored responses for people: finds what a look-up and a read would find, without leaving a trace. No
// access is counted; nothing is loaded into the catalog or into memory, verified or dropped.

import HTTPMessage
import Synchronization

/// An inspected stored response.
public struct InspectedResponse: Sendable {
    /// The result of a look-up for it.
    public let candidate: Candidate
    /// Its record without the body.
    public let response: StoredResponse

    /// Whether a copy of it is in memory.
    public var isInMemory: Bool { candidate.item != nil }
}

extension Store {
    /// The stored responses for a key that match no purge, including those that the catalog has not loaded yet.
    ///
    /// Blocks: on the disk pool.
    /// - Parameter key: The key.
    /// - Returns: One response for each variant, in no order.
    public func inspect(key: [UInt8]) -> [InspectedResponse] {
        var candidates = core.catalog.peek(core.keyHash(key))
        if !core.isLoaded.load(ordering: .acquiring) { candidates += unloaded(key, but: candidates) }
        return candidates.compactMap { candidate in
            key.withRawSpan { span in
                guard !core.fence.refuses(span, of: candidate.entry.epoch) else { return nil }
                return core.inspect(candidate.entry, key: span)
                    .map { InspectedResponse(candidate: candidate, response: $0) }
            }
        }
    }

    /// The record of a listed response.
    ///
    /// Blocks: on the disk pool.
    /// - Parameter listed: The response from the index.
    /// - Returns: The response without its body; nil if the record is gone or cannot be read.
    public func inspect(_ listed: ListedResponse) -> StoredResponse? {
        core.entry(listed.row).flatMap { entry in
            listed.row.key.withRawSpan { core.inspect(entry, key: $0) }
        }
    }

    private func unloaded(_ key: [UInt8], but loaded: [Candidate]) -> [Candidate] {
        let epoch = epoch
        return index.rows(of: key).filter { core.isLoadable($0, readIn: epoch) }.compactMap { core.entry($0) }
            .filter { entry in !loaded.contains { $0.entry.variant == entry.variant && $0.entry.vary == entry.vary } }
            .map { Candidate(entry: $0, item: nil) }
    }
}

// How a stored response is looked at for people: what a look-up and a read would find, without a trace of either. No
// access is counted, nothing is loaded into the catalog or into memory, verified or dropped.

import HTTPMessage
import Synchronization

/// A stored response that was looked at.
public struct InspectedResponse: Sendable {
    /// What a look-up would find of it.
    public let candidate: Candidate
    /// Its record without the body.
    public let response: StoredResponse

    /// Whether a copy of it is in memory.
    public var isInMemory: Bool { candidate.item != nil }
}

extension Store {
    /// What is stored for a key and no purge fell on, also what the catalog has not loaded yet.
    ///
    /// Blocks: on the disk pool.
    /// - Parameter key: The key.
    /// - Returns: A response a variant, in no order.
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
    /// - Parameter listed: What the index told of it.
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

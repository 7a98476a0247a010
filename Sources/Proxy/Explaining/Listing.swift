// Stateless. Lists the stored responses, page by page, with facts from their records' heads. Nothing is counted, loaded
// or changed.

import HTTPMessage
import Runtime
package import Store

/// A stored response of a listing.
package struct ListedPicture: Sendable {
    /// The facts from the index.
    package let response: ListedResponse
    /// Its status; nil if its record cannot be read any more.
    package let status: Int?
    /// Its Content-Type; nil if it has none, or as above.
    package let type: String?
}

extension Proxy {
    /// Stored responses whose keys are in some ranges, in the order of the keys.
    ///
    /// Reads the head of each response from the disk, on a thread for that.
    ///
    /// - Parameters:
    ///   - ranges: The ranges, in their order, none in another.
    ///   - place: The response behind which the listing begins; nil for the first of all.
    ///   - limit: The most responses.
    /// - Returns: The responses, and whether there are more.
    /// - Throws: If the store is being closed.
    package func list(
        _ ranges: [KeyRange],
        after place: ListPlace?,
        limit: Int
    ) async throws -> (pictures: [ListedPicture], hasMore: Bool) {
        let store = core.store
        var found: [ListedResponse] = []
        // One more than requested shows whether there are more.
        for range in ranges where found.count <= limit {
            let left = limit + 1 - found.count
            found += await withCheckedContinuation { continuation in
                store.list(range, after: place, limit: left) { continuation.resume(returning: $0) }
            }
        }
        let page = found.prefix(limit)
        let pictures = try await store.disk.run { page.map { Self.picture($0, in: store) } }
        return (pictures, found.count > limit)
    }

    private static func picture(_ response: ListedResponse, in store: Store) -> ListedPicture {
        let stored = store.inspect(response).map { Stored($0) }
        return ListedPicture(
            response: response,
            status: stored?.status,
            type: stored?.fields.first("Content-Type")
        )
    }
}

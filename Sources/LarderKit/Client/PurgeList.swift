// Confined to the command that runs it. Purges the names of a list, a batch at a time, so that a list may be of any
// length.

import Coding
import HTTPMessage

package struct PurgeList {
    /// Names in a batch: a quarter of what larder sweeps at a time, which leaves room for other purges.
    private static let batchCount = 250
    /// Bytes of JSON in a batch; the admin interface accepts 1 MiB.
    private static let batchBytes = 900_000

    private let client: AdminClient
    private let list: NameList
    private var failures: ListFailures
    private var batch: [(item: NameReader.Item, name: PictureName)] = []
    private var bytes = 0
    private var names = 0
    private var responses = 0
    private var removedBytes = 0
    private var isComplete = true
    private var remainder: String?

    package init(_ list: NameList, _ client: AdminClient) {
        self.client = client
        self.list = list
        failures = ListFailures(list.file)
    }

    /// Purges every name of the list; invalid lines are reported and counted.
    package mutating func run() throws(Failure) -> PurgeListReport {
        while let item = try list.next() {
            switch item.name {
            case .failure(let problem): failures.add(item, problem.words)
            case .success(let name):
                let length = name.url.utf8.count * 2 + 4
                if batch.count == Self.batchCount || bytes + length > Self.batchBytes { try purgeBatch() }
                batch.append((item, name))
                bytes += length
            }
        }
        try purgeBatch()
        return PurgeListReport(
            names: names,
            responses: responses,
            bytes: removedBytes,
            failures: failures.count,
            isComplete: isComplete,
            remainder: remainder
        )
    }

    private mutating func purgeBatch() throws(Failure) {
        while let first = batch.first {
            do {
                try purge(batch.count)
            } catch {
                // If one name is refused, those before it are valid.
                switch error.refusedItem {
                case .some(0):
                    failures.add(first.item, "is refused: \(error)")
                    batch.removeFirst()
                case .some(let index) where index < batch.count: try purge(index)
                case .some, .none:
                    throw Failure("\(failures.place(first.item)): stopped here, \(names) names are purged: \(error)")
                }
            }
        }
        bytes = 0
    }

    /// Purges the first names of the batch.
    private mutating func purge(_ count: Int) throws(Failure) {
        let urls = batch.prefix(count).map { JSON.string($0.name.url) }
        let (report, isDone) = try client.post("/purge", ["url": .array(urls)])
        batch.removeFirst(count)
        names += count
        responses += report["responses"]?.whole ?? 0
        removedBytes += report["bytes"]?.whole ?? 0
        guard !isDone else { return }
        isComplete = isComplete && report["is_complete"]?.isTrue == true
        remainder = report.remainder
    }
}

// Confined to larder purge. Purges the names of a list, a batch at a time, so that a list may be of any length.

import Admin
import HTTPMessage

struct PurgeList {
    /// Names at once: a quarter of what is swept at a time, so that other purges find room beside a list.
    private static let batchCount = 250
    /// Bytes of their JSON at once; the admin interface takes 1 MiB.
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

    init(_ file: FileArgument, _ options: ListOptions, _ client: AdminClient) throws(Failure) {
        self.client = client
        list = try NameList(file, options)
        failures = ListFailures(file)
    }

    /// Purges all of the list that are names.
    /// - Returns: What was done.
    mutating func run() throws(Failure) -> PurgeListReport {
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
                // The name that is refused, if it is for a name of its own: those before it are well.
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

/// What became of a list.
struct PurgeListReport {
    let names: Int
    let responses: Int
    let bytes: Int
    let failures: Int
    let isComplete: Bool
    /// Why a crash may undo some of it; nil where it would not.
    let remainder: String?

    var json: JSON {
        [
            "names": .integer(names), "responses": .integer(responses), "bytes": .integer(bytes),
            "errors": .integer(failures), "is_complete": .bool(isComplete),
            "is_durable": .bool(remainder == nil), "reason": remainder.map { .string($0) } ?? .null,
        ]
    }
}

extension JSON {
    /// Why the purge that an answer tells of is not done.
    var remainder: String { self["reason"]?.text ?? "Its sweep is not over yet." }
}

// Shared. A store in a directory of its own, with the steps that most tests take: put, get, settle, restart.

import Glibc
import HTTPCaching
import HTTPMessage
import Logging
import NIOCore
import TestSupport
import Testing

@testable import Store

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
let far = WallTime(secondsSinceEpoch: 4_000_000_000)
let mebibyte: Int64 = 1 << 20

func facts(freshUntil: WallTime = far, status: UInt16 = 200) -> StoredFacts {
    StoredFacts(
        status: status,
        flags: [.hasETag],
        bornAt: WallTime(secondsSinceEpoch: 1_700_000_000),
        freshUntil: freshUntil,
        staleWhileRevalidate: 5,
        staleIfError: 7
    )
}

/// An entry of the directory, with a header of 200 bytes.
func entry(
    _ hash: UInt64,
    _ length: Int64,
    volume: UInt32 = 1,
    accesses: AccessCount = .first(at: 0)
) -> CatalogEntry {
    CatalogEntry(
        hash: hash,
        variant: 0,
        vary: 0,
        location: RecordLocation(volume: volume, offset: 64),
        headerLength: 200,
        bodyLength: length,
        facts: facts(),
        epoch: 0,
        accesses: accesses
    )
}

/// Opens volumes as a store does.
let openPlainly: VolumeSurvey.Open = { (path, number) throws(StoreError) in try Volume.open(path, number: number) }

/// A store under test; its directory is removed when the test lets go of it.
final class TestStore: Sendable {
    let directory: TemporaryDirectory
    let path: String
    let store: Store

    init(
        _ directory: TemporaryDirectory? = nil,
        name: String = "cache",
        maximumSize: Int64 = 64 * mebibyte,
        memory: Int64 = 0,
        scrubRate: Int64 = 0,
        logger: Logger = silent,
        openVolume: @escaping VolumeSurvey.Open = openPlainly
    ) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        path = directory.path(name)
        store = try Store(
            StoreConfiguration(
                directory: path,
                maximumSize: maximumSize,
                memory: memory,
                diskThreads: 1,
                scrubRate: scrubRate,
                scrubPause: .milliseconds(1)
            ),
            logger: logger,
            openVolume: openVolume
        )
    }

    /// All that was handed over is written, indexed, and marked where it was removed.
    func settle() async {
        for _ in 0..<2 {
            await withCheckedContinuation { done in store.whenSettled { done.resume() } }
        }
    }

    func loaded() async throws { try await eventually("the index's loading") { store.statistics.isLoaded } }

    /// Stores a response, its body in pieces; returns the refusal.
    @discardableResult
    func put(
        _ key: String,
        _ body: [UInt8],
        variant: Variant = .none,
        head: String = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n",
        facts: StoredFacts = facts(),
        isLengthTold: Bool = true,
        epoch: UInt32? = nil,
        groups: [String] = [],
        piece: Int = 48 << 10
    ) async -> StoreRefusal? {
        let response = NewResponse(
            key: Array(key.utf8),
            variant: variant,
            head: ByteBuffer(string: head),
            facts: facts,
            bodyLength: isLengthTold ? Int64(body.count) : nil,
            epoch: epoch ?? store.epoch,
            groups: groups
        )
        let fill: FillWriter
        do throws(StoreRefusal) { fill = try store.beginFill(response) } catch { return error }
        for start in stride(from: 0, to: body.count, by: piece) {
            if let refusal = fill.append(ByteBuffer(bytes: body[start..<min(start + piece, body.count)])) {
                return refusal
            }
        }
        return await withCheckedContinuation { done in fill.finish { done.resume(returning: $0) } }
    }

    func look(_ key: String) -> Lookup {
        let key = Array(key.utf8)
        let found = unsafe store.look(up: store.hash(key.span.bytes), key: key.span.bytes)
        if case .loading = found { return store.find(key: key) }
        return found
    }

    func entry(_ key: String) -> CatalogEntry? {
        switch look(key) {
        case .one(let candidate): candidate.entry
        case .several(let candidates): candidates.first?.entry
        case .miss, .loading: nil
        }
    }

    /// Freshens an entry as a 304 does, with one field in its head.
    func freshen(_ key: String, _ entry: CatalogEntry, field: String) {
        store.freshen(
            entry,
            key: Array(key.utf8),
            head: ByteBuffer(string: "HTTP/1.1 200 OK\r\nX: \(field)\r\n"),
            facts: facts(),
            epoch: store.epoch
        )
    }

    func read(_ key: String, _ entry: CatalogEntry, mayBlock: Bool = true) -> StoredRead {
        let key = Array(key.utf8)
        return unsafe store.read(entry, key: key.span.bytes, mayBlock: mayBlock)
    }

    func response(_ key: String, _ entry: CatalogEntry? = nil) -> StoredResponse? {
        guard let entry = entry ?? self.entry(key), case .found(let response) = read(key, entry) else { return nil }
        return response
    }

    func body(_ response: StoredResponse) -> [UInt8]? {
        if let body = response.body { return Array(body.readableBytesView) }
        let range = response.bodyOffset..<response.bodyOffset + response.bodyLength
        return store.readBody(response.volume, range, mayBlock: true).map { Array($0.readableBytesView) }
    }

    /// What is served for a key; nil for a miss.
    func get(_ key: String) -> [UInt8]? { response(key).flatMap(body) }

    func purge(_ rule: PurgeRule) async -> PurgeReport {
        await withCheckedContinuation { done in store.purge([rule]) { done.resume(returning: $1) } }
    }

    func closed() -> TestStore {
        store.close()
        return self
    }

    /// The store as a crash would leave it: a copy of its directory at this instant.
    func crashed(_ name: String = "crashed") async throws -> String {
        let result = try await run(["cp", "-a", path, directory.path(name)])
        #expect(result.status == 0)
        // No copy: as if it had been written there.
        let mark = try #require(try PurgeMark.read(in: path))
        try mark.write(in: directory.path(name))
        return name
    }

    func volumePath(_ entry: CatalogEntry) -> String { store.core.path(ofVolume: entry.volume) }
}

/// Whether two bodies are the same; much faster in a test build than `==`.
func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    // because both buffers have the length that is compared, and live through the call
    return unsafe memcmp(one, other, one.count) == 0
}

extension PurgeRule {
    static func key(_ text: String) -> PurgeRule { .key(Array(text.utf8)) }
    static func prefix(_ text: String) -> PurgeRule { .prefix(Array(text.utf8)) }
    static func group(_ name: String, _ scope: String = "") -> PurgeRule {
        .group(name: Array(name.utf8), scope: Array(scope.utf8))
    }
    static func glob(_ text: String) -> PurgeRule { .glob(Array(text.utf8)) }
}

/// Changes one byte of a file.
func flip(_ path: String, at offset: Int64, mask: UInt8 = 1) throws {
    let file = try File(path, .readWrite)
    var buffer = ByteBuffer()
    #expect(file.read(1, at: offset, into: &buffer, mayBlock: true) == .complete)
    let byte = buffer.readInteger(as: UInt8.self) ?? 0
    try file.write(ByteBuffer(bytes: [byte ^ mask]), at: offset)
}

func overwrite(_ path: String, with bytes: [UInt8]) throws {
    unsafe unlink(path)  // because the text outlives the call
    try File(path, .create).write(ByteBuffer(bytes: bytes), at: 0)
}

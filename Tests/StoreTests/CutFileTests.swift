// Stateless. Somebody cuts a file of the cache directory while it is in use. The process goes on, nothing wrong is
// served, and what comes afterwards is stored.

import Glibc
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Truncating any file of the cache directory while larder runs never ends the process")
struct CutFileTests {
    private static let body = sampleBytes(90_000)

    private static func body(_ number: Int) -> [UInt8] { Array(body[number..<number + 300 * number + 10]) }

    private static func fill(_ stage: TestStore, _ numbers: Range<Int>) async {
        for number in numbers { await stage.put("/\(number)", body(number)) }
    }

    /// The files of a cache directory, at any depth.
    private static func files(_ stage: TestStore) throws -> [String] {
        let volumes = try Paths.names(in: stage.path + "/volumes").map { "volumes/" + $0 }
        let others = try Paths.names(in: stage.path).filter { $0 != "volumes" }
        return (volumes + others).map { stage.path + "/" + $0 }
    }

    private static func length(_ path: String) -> Int64 { (try? File(path, .read))?.status?.length ?? 0 }

    private static func checkNothingWrong(_ stage: TestStore, _ numbers: Range<Int>) {
        for number in numbers {
            if let found = stage.get("/\(number)") { #expect(found == body(number), "/\(number)") }
        }
    }

    @Test("there is no file that SQLite maps")
    func mapped() async throws {
        let stage = try TestStore()
        await Self.fill(stage, 0..<20)
        await stage.settle()
        #expect(stage.store.index.rows(of: Array("/3".utf8)).count == 1, "a second connection reads beside the writer")
        #expect(try !Self.files(stage).contains { $0.hasSuffix("-shm") })
        stage.store.close()
    }

    @Test("each file at each length", arguments: ["index.db", "index.db-wal", "larder.store", "lock", ".volume"])
    func cut(name: String) async throws {
        let stage = try TestStore()
        await Self.fill(stage, 0..<40)
        await stage.settle()
        for part in [0, 1, 7, 64, 100, 512, 1_000] {
            for path in try Self.files(stage) where path.hasSuffix(name) {
                let length = Self.length(path) * Int64(part) / 1_000
                // because the text outlives the call
                #expect(unsafe truncate(path, off_t(length)) == 0)
            }
            Self.checkNothingWrong(stage, 0..<40)
            await Self.fill(stage, 20..<60)
            _ = await stage.purge(.key("/30"))
            _ = stage.store.index.rows(of: Array("/31".utf8))
            Self.checkNothingWrong(stage, 0..<60)
        }
        try await eventually("it is stored, and indexed") {
            _ = await stage.put("/after", [1])
            await stage.settle()
            return stage.get("/after") == [1] && stage.store.index.rows(of: Array("/after".utf8)).count == 1
        }
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        Self.checkNothingWrong(again, 0..<60)
        #expect(again.get("/30") == nil)
        again.store.close()
    }

    @Test("larder.store is a link that leads nowhere yet: nothing is removed, and all is used once it leads there")
    func danglingFormat() async throws {
        let stage = try TestStore()
        await Self.fill(stage, 0..<10)
        await stage.settle()
        stage.store.close()
        let (format, away) = (stage.path + "/larder.store", stage.directory.path("away"))
        try Paths.rename(format, to: away + ".kept")
        #expect(try await run(["ln", "-s", away, format]).status == 0)
        let volumes = try Paths.names(in: stage.path + "/volumes").sorted()
        let again = try TestStore(stage.directory)
        #expect(await again.put("/new", [1]) == .sick)
        #expect(try Paths.names(in: stage.path + "/volumes").sorted() == volumes)
        try Paths.rename(away + ".kept", to: away)
        try await eventually("it is used") { again.get("/3") == Self.body(3) }
        again.store.close()
    }

    @Test("a directory in the place of the index: the store says so, serves, and recovers")
    func indexIsDirectory() async throws {
        let stage = try TestStore()
        await Self.fill(stage, 0..<10)
        await stage.settle()
        stage.store.close()
        StoreFiles.removeIndex(stage.path)
        try Paths.makeDirectory(stage.path + "/index.db")
        let again = try TestStore(stage.directory)
        try await eventually("it says so") { !again.store.statistics.isIndexWritable }
        #expect(await again.put("/new", [1]) == nil)
        #expect(again.get("/new") == [1])
        #expect(try await run(["rmdir", stage.path + "/index.db"]).status == 0)
        try await eventually("it recovers") {
            again.store.statistics.isIndexWritable && again.get("/3") == Self.body(3)
        }
        again.store.close()
    }

    /// A connection that has read holds a lock until it ends.
    private static let reader = """
        import signal, sqlite3, sys
        connection = sqlite3.connect(sys.argv[1])
        connection.execute("SELECT count(*) FROM responses").fetchone()
        print("open", flush=True)
        signal.pause()
        """

    @Test("the reader of an index that was deleted leaves the log of the new one alone")
    func reader() async throws {
        let stage = try TestStore()
        await Self.fill(stage, 0..<3)
        await stage.settle()
        let path = stage.path + "/index.db"
        for _ in 0..<3 {
            #expect(stage.store.index.rows(of: Array("/1".utf8)).count == 1)
            StoreFiles.removeIndex(stage.path)
            try await eventually("a new index") { Paths.identity(path) != nil }
            try await stage.loaded()
            await stage.settle()
            let log = try #require(Paths.identity(path + "-wal"))
            #expect(
                stage.store.index.rows(of: Array("/1".utf8)).count == 1,
                "by a new connection, in place of the old one"
            )
            #expect(Paths.identity(path + "-wal") == log)
        }
        stage.store.close()
    }

    @Test("another process that has the index open: it is taken into use when that one ends")
    func inUse() async throws {
        let stage = try TestStore()
        await Self.fill(stage, 0..<10)
        await stage.settle()
        stage.store.close()
        let other = try ChildProcess(["/usr/bin/python3", "-c", Self.reader, stage.path + "/index.db"])
        try await eventually("it has the index open") { other.output == "open\n" }
        let again = try TestStore(stage.directory)
        #expect(await again.put("/new", [1]) == nil)
        #expect(again.get("/new") == [1])
        other.terminate()
        try await again.loaded()
        await again.settle()
        for number in 0..<10 { #expect(again.get("/\(number)") == Self.body(number)) }
        again.store.close()
    }
}

// Stateless. Indexes that may lack purges, since their log is gone or the directory is an older one.

import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Responses that a lost purge may have removed are validated")
struct LostPurgeTests {
    /// What is done to a directory while no larder uses it; `$c` is the directory as a crash left it, `$o` an older one, from
    /// before the purge.
    static let losses = [
        "rm $c/index.db-wal", ": >$c/index.db-wal", "truncate -s 100 $c/index.db-wal",
        "truncate -s 4200 $c/index.db-wal",
        "rm -f $c/index.db-wal $c/index.db-shm", "rm $c/index.db-wal; rm $c/purges", "rm $c/index.db-wal; : >$c/purges",
        "rm $c/index.db-wal; cp $o/purges $c/purges", "rm $c/index.db-wal; cp -a $o/purges $c/purges",
        "rm $c/index.db-wal; cat $o/purges >$c/purges",
        "cp -a $o/index.db $c/index.db; rm -f $c/index.db-*",
        // The whole of an older directory.
        "rm -r $c; cp -a $o $c", "rm -r $c; mv $o $c", "cp -a $o/. $c/; rm -f $c/index.db-*",
        "rm -r $c/*; tar -C $o -c . | tar -C $c -x", "rm -r $c; cp -rl $o $c",
    ]

    /// A directory with pictures, one of them purged after an older copy was made; then a crash.
    private func purged() async throws -> (stage: TestStore, crashed: String) {
        let first = try TestStore()
        for number in 0..<5 { await first.put("/\(number)", [UInt8(number)]) }
        await first.settle()
        first.store.close()
        #expect(try await run(["cp", "-a", first.path, first.directory.path("older")]).status == 0)
        #expect(try await run(["cp", "-a", first.path + "/volumes", first.directory.path("volumes")]).status == 0)
        let stage = try TestStore(first.directory)
        try await stage.loaded()
        #expect(await stage.purge(.key("/1")) == PurgeReport(responses: 1, bytes: 1))
        let crashed = try await stage.crashed()
        stage.store.close()
        // As if no mark in the volumes had reached the disk.
        try await putBack("volumes", into: crashed, of: stage)
        return (stage, crashed)
    }

    @Test("nothing purged is served as it is", arguments: losses)
    func lost(command: String) async throws {
        let (stage, crashed) = try await purged()
        let path = stage.directory.path("")
        let done = try await run(["sh", "-c", "c='\(path)/\(crashed)'; o='\(path)/older'; \(command)"])
        #expect(done.status == 0, "\(done.errorOutput)")
        let again = try TestStore(stage.directory, name: crashed)
        expectValidated(again, "/1")
        try await again.loaded()
        expectValidated(again, "/1")
        for number in [0, 2, 3, 4] {
            #expect(again.get("/\(number)") == [UInt8(number)], "it can be validated")
            expectValidated(again, "/\(number)")
        }
        // What is confirmed or new is fresh, in the next run too.
        await again.put("/2", [7])
        await again.settle()
        again.store.close()
        let last = try TestStore(stage.directory, name: crashed)
        try await last.loaded()
        #expect(last.entry("/2")?.freshUntil == far && last.get("/2") == [7])
        expectValidated(last, "/1")
        last.store.close()
    }

    @Test("so where the mark is unreadable at every start")
    func unreadable() async throws {
        let (stage, crashed) = try await purged()
        let mark = stage.directory.path("\(crashed)/\(PurgeMark.fileName)")
        Paths.remove(mark)
        try Paths.makeDirectory(mark)
        for _ in 0..<2 {
            let again = try TestStore(stage.directory, name: crashed)
            try await again.loaded()
            for number in 1..<5 { expectValidated(again, "/\(number)") }
            #expect(again.get("/2") == [2])
            #expect(await again.purge(.key("/3")).obstacle?.contains("Is a directory") == true)
            again.store.close()
        }
    }

    @Test(
        "nothing was lost: what was fresh is fresh, and what was purged is gone",
        arguments: ["true", "rm -f $c/index.db-shm", "mv $c $c.2; mv $c.2 $c"]
    )
    func kept(command: String) async throws {
        let (stage, crashed) = try await purged()
        let path = stage.directory.path("")
        #expect(try await run(["sh", "-c", "c='\(path)/\(crashed)'; \(command)"]).status == 0)
        let again = try TestStore(stage.directory, name: crashed)
        try await again.loaded()
        #expect(again.entry("/1") == nil)
        #expect(again.entry("/2")?.freshUntil == far)
        #expect(again.store.statistics.indexErrors == 0)
        again.store.close()
    }

    @Test("an older directory that takes the place of the one in use is validated as well")
    func replacedInUse() async throws {
        let (stage, crashed) = try await purged()
        let again = try TestStore(stage.directory, name: crashed)
        try await again.loaded()
        let path = stage.directory.path("")
        #expect(
            try await run(["sh", "-c", "cd '\(path)' && cp -a older new && mv \(crashed) aside && mv new \(crashed)"])
                .status == 0
        )
        try await eventually("it is noticed") { again.store.statistics.directoryLost == 1 }
        try await eventually("it is used") { again.get("/2") == [2] }
        try await again.loaded()
        expectValidated(again, "/1")
        expectValidated(again, "/2")
        again.store.close()
    }

    @Test("a directory of an earlier larder, which made no mark, is used as it is")
    func earlier() async throws {
        let stage = try TestStore()
        await stage.put("/1", [1])
        await stage.settle()
        stage.store.close()
        try Database(stage.path + "/index.db", .readWrite).execute("DELETE FROM state WHERE name = 'purges'")
        Paths.remove(stage.path + "/" + PurgeMark.fileName)
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.entry("/1")?.freshUntil == far)
        again.store.close()
    }

    @Test("purges that stand in an index which is not believed hold all the same")
    func bans() async throws {
        let (stage, crashed) = try await purged()
        let path = stage.directory.path(crashed)
        try IndexDatabase(path + "/index.db").bans.put(.prefix("/2"))
        Paths.remove(path + "/" + PurgeMark.fileName)
        let again = try TestStore(stage.directory, name: crashed)
        #expect(again.entry("/2") == nil)
        try await again.loaded()
        try await eventually("it is swept") { again.store.statistics.activeBans == 0 }
        #expect(again.entry("/2") == nil && again.get("/3") == [3])
        again.store.close()
    }

    // MARK: The mark

    @Test("a mark that is torn, or was not written where and when it says, is not believed")
    func marks() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/" + PurgeMark.fileName
        #expect(try PurgeMark.read(in: directory.path) == nil)
        for number in [0, 1, 7, UInt64.max] {
            try PurgeMark(number: number).write(in: directory.path)
            #expect(try PurgeMark.read(in: directory.path)?.number == number)
        }
        for offset in 0..<44 {
            try flip(path, at: Int64(offset))
            #expect(throws: StoreError.self, "\(offset)") { try PurgeMark.read(in: directory.path) }
            try PurgeMark(number: 3).write(in: directory.path)
        }
        for command in ["truncate -s 43", "chmod 600", "cp -a purges new && mv new", "touch -d 2001-01-01"] {
            try PurgeMark(number: 3).write(in: directory.path)
            // Longer than what a mark's time may differ by.
            let done = try await run(["sh", "-c", "cd '\(directory.path)' && sleep 0.2 && \(command) purges"])
            #expect(done.status == 0, "\(done.errorOutput)")
            #expect(throws: StoreError.self, "\(command)") { try PurgeMark.read(in: directory.path) }
        }
    }
}

// Stateless. Full, read-only, deleted, occupied. The store refuses by name, and recovers by itself.

import Glibc
import HTTPCaching
import NIOCore
import TestSupport
import Testing

@testable import Store

@Suite("Invariant 3: a sick store fails no request, and recovers by itself")
struct SickStoreTests {
    @Test("a full disk", .enabled(if: Mount.isPermitted, "needs the right to mount"))
    func full() async throws {
        let directory = try TemporaryDirectory()
        let mount = try await Mount(try directory.makeDirectory("disk"), size: "8m")
        let stage = try TestStore(directory, name: "disk/cache")
        let sample = sampleBytes(100_000)
        var refused = 0
        for number in 0..<300 {
            let refusal = await stage.put("/\(number)", Array(sample[number..<number + 60_000]))
            if refusal != nil { refused += 1 }
            #expect(refusal == nil || refusal == .sick)
        }
        #expect(refused > 0)
        // Room is made: the store takes responses again, and what it has is right.
        try await eventually("recovery") { await stage.put("/new", [1, 2, 3]) == nil }
        #expect(stage.get("/new") == [1, 2, 3])
        for number in 0..<300 {
            if let found = stage.get("/\(number)") { #expect(found == Array(sample[number..<number + 60_000])) }
        }
        stage.store.close()
        // A record that the disk took a part of is no damage.
        #expect(try Store.verify(directory: stage.path).isSound)
        withExtendedLifetime(mount) {}
    }

    @Test(
        "a read-only disk: hits go on, fills are refused until it can be written",
        .enabled(if: Mount.isPermitted, "needs the right to mount")
    )
    func readOnly() async throws {
        let directory = try TemporaryDirectory()
        let mount = try await Mount(try directory.makeDirectory("disk"), size: "64m")
        do {
            let stage = try TestStore(directory, name: "disk/cache")
            await stage.put("/a", [1])
            await stage.settle()
            stage.store.close()
        }
        // Files that are open for writing keep a file system from becoming read-only.
        try await eventually("the read-only remount") { (try? await mount.remount("ro")) != nil }
        let again = try TestStore(directory, name: "disk/cache")
        #expect(await again.put("/b", [2]) == .sick)
        #expect(!again.store.statistics.isWritable)
        #expect(again.store.statistics.refused["sick"] == 1)
        try await mount.remount("rw")
        try await eventually("recovery") { await again.put("/b", [2]) == nil }
        #expect(again.get("/b") == [2])
        // What was there is there again, once the index is read.
        try await again.loaded()
        #expect(again.get("/a") == [1])
        again.store.close()
        withExtendedLifetime(mount) {}
    }

    @Test("everything deleted while open, once or with the directory: later fills work", arguments: [true, false])
    func deleted(withDirectory: Bool) async throws {
        let stage = try TestStore()
        for round in 0..<3 {
            for number in 0..<20 { await stage.put("/\(round)/\(number)", sampleBytes(50_000)) }
            await stage.settle()
            let target = withDirectory ? stage.path : "\(stage.path)/volumes \(stage.path)/index.db* \(stage.path)/l*"
            // The store may make a file anew in the directory that is being emptied.
            let removal = "for try in 1 2 3 4 5; do rm -rf \(target) && exit; done; exit 1"
            #expect(try await run(["sh", "-c", removal]).status == 0)
            for number in 0..<5 { _ = await stage.put("/again/\(number)", sampleBytes(100)) }
            try await eventually("recovery") { stage.store.statistics.directoryLost == round + 1 }
            try await eventually("recovery") { await stage.put("/new/\(round)", [UInt8(round)]) == nil }
            #expect(stage.get("/new/\(round)") == [UInt8(round)])
            #expect(stage.entry("/\(round)/3") == nil)
        }
        await stage.settle()
        try await stage.loaded()
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.get("/new/2") == [2])
        again.store.close()
    }

    @Test("volumes deleted while open are forgotten; nothing else is")
    func deletedVolume() async throws {
        let stage = try TestStore()
        await stage.put("/large", sampleBytes(2_000_000))
        await stage.put("/small", [1])
        let entry = try #require(stage.entry("/large"))
        Paths.remove(stage.volumePath(entry))
        try await eventually { stage.entry("/large") == nil }
        #expect(stage.get("/small") == [1])
        #expect(await stage.put("/large", sampleBytes(2_000_000)) == nil)
        #expect(stage.get("/large") == sampleBytes(2_000_000))
        stage.store.close()
    }

    @Test("the index deleted while open is rebuilt, and survives a restart")
    func deletedIndex() async throws {
        let stage = try TestStore()
        for number in 0..<20 { await stage.put("/\(number)", sampleBytes(3_000, seed: UInt64(number))) }
        _ = await stage.purge(.key("/3"))
        await stage.settle()
        StoreFiles.removeIndex(stage.path)
        try await eventually { Paths.identity(stage.path + "/index.db") != nil && stage.store.statistics.isLoaded }
        for number in 0..<20 where number != 3 {
            #expect(stage.get("/\(number)") == sampleBytes(3_000, seed: UInt64(number)))
        }
        #expect(await stage.purge(.prefix("/1")) == PurgeReport(responses: 11, bytes: 33_000))
        await stage.settle()
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.store.statistics.responses == 8)
        #expect(again.get("/3") == nil && again.get("/12") == nil)
        #expect(again.get("/7") == sampleBytes(3_000, seed: 7))
        again.store.close()
    }

    @Test("a directory that is in use, or another format's, is refused and not touched")
    func occupied() async throws {
        let stage = try TestStore()
        #expect { try TestStore(stage.directory) } throws: { ($0 as? StoreError)?.kind == .inUse }
        await stage.put("/a", [1])
        #expect(stage.get("/a") == [1])
        stage.store.close()
        try overwrite(stage.path + "/larder.store", with: Array("something else entirely".utf8))
        #expect { try TestStore(stage.directory) } throws: { ($0 as? StoreError)?.kind == .corrupt }
        #expect(try Paths.names(in: stage.path + "/volumes").count == 1)
    }

    @Test("a directory that cannot be made yet is used as soon as it can")
    func late() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("in the way", to: "disk")
        let stage = try TestStore(directory, name: "disk/cache")
        #expect(await stage.put("/a", [1]) == .sick)
        #expect(stage.entry("/a") == nil)
        Paths.remove(directory.path("disk"))
        _ = try directory.makeDirectory("disk")
        try await eventually("recovery") { await stage.put("/a", [1]) == nil }
        #expect(stage.get("/a") == [1])
        #expect { try TestStore(directory, name: "disk/cache") } throws: { ($0 as? StoreError)?.kind == .inUse }
        stage.store.close()
    }

    @Test("the small files come back, so that a restart finds what there is")
    func smallFiles() async throws {
        let stage = try TestStore()
        await stage.put("/a", [1])
        await stage.settle()
        for name in ["larder.store", "lock"] { Paths.remove(stage.path + "/" + name) }
        try await eventually {
            Paths.identity(stage.path + "/lock") != nil && Paths.identity(stage.path + "/larder.store") != nil
        }
        #expect { try TestStore(stage.directory) } throws: { ($0 as? StoreError)?.kind == .inUse }
        stage.store.close()
        let again = try TestStore(stage.directory)
        try await again.loaded()
        #expect(again.get("/a") == [1])
        again.store.close()
    }
}

// Stateless. Of two records of a key the older one is never found again, whatever happens to the newer one and to the
// index.

import HTTPCaching
import NIOCore
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("A superseded record is never found again")
struct SupersededTests {
    /// A store that has an older record which neither directory nor index knows, and a newer one.
    private static func stored(isLoaded: Bool, between length: Int) async throws -> TestStore {
        let stage = try TestStore()
        await stage.put("/a", [1])
        // Records lie in one volume, or in two.
        await stage.put("/between", sampleBytes(length))
        await stage.settle()
        try await stage.loaded()
        // As before the directory has read the index.
        _ = stage.store.core.catalog.removeAll { _ in true }
        stage.store.core.isLoaded.store(isLoaded, ordering: .releasing)
        await stage.put("/a", [2])
        stage.store.core.isLoaded.store(true, ordering: .releasing)
        await stage.settle()
        return stage
    }

    private static func again(_ stage: TestStore) async throws -> TestStore {
        await stage.settle()
        stage.store.close()
        StoreFiles.removeIndex(stage.path)
        let again = try TestStore(stage.directory)
        try await again.loaded()
        await again.settle()
        return again
    }

    @Test("stored while the directory was loaded", arguments: [10, 900_000])
    func whileLoading(length: Int) async throws {
        let stage = try await Self.stored(isLoaded: false, between: length)
        #expect(stage.get("/a") == [2])
        _ = await stage.purge(.key("/a"))
        let again = try await Self.again(stage)
        #expect(again.get("/a") == nil)
        again.store.close()
    }

    @Test("found by a rebuilding", arguments: [10, 900_000])
    func rebuilt(length: Int) async throws {
        let stage = try await Self.stored(isLoaded: true, between: length)
        let second = try await Self.again(stage)
        #expect(second.get("/a") == [2])
        _ = await second.purge(.key("/a"))
        let third = try await Self.again(second)
        #expect(third.get("/a") == nil)
        third.store.close()
    }
}

@Suite("A later record has a higher sequence, also after a crash")
struct SequenceTests {
    @Test("restarts one after the other, within a second: the last response is the one that is kept")
    func restarts() async throws {
        var stage = try TestStore()
        for round in 0..<6 {
            for number in 0..<20 { await stage.put("/\(number)", [UInt8(round), UInt8(number)]) }
            await stage.settle()
            let name = try await stage.crashed("crash\(round)")
            stage.store.close()
            stage = try TestStore(stage.directory, name: name)
            // Stored before the index is read, or after.
            if round % 2 == 1 { try await stage.loaded() }
            await stage.put("/a", [UInt8(round)])
            await stage.settle()
            let again = try await stage.crashed("again\(round)")
            stage.store.close()
            stage = try TestStore(stage.directory, name: again)
            try await stage.loaded()
            #expect(stage.get("/a") == [UInt8(round)])
            for number in 0..<20 { #expect(stage.get("/\(number)") == [UInt8(round), UInt8(number)]) }
        }
        stage.store.close()
    }

    @Test("restarts after crashes, then a lost index: what is stored while it is rebuilt is the newer")
    func lostIndex() async throws {
        var stage = try TestStore()
        for round in 0..<5 {
            for number in 0..<20 { await stage.put("/\(number)", [UInt8(round)]) }
            await stage.settle()
            let name = try await stage.crashed("crash\(round)")
            stage.store.close()
            if round == 4 { StoreFiles.removeIndex(stage.directory.path(name)) }
            stage = try TestStore(stage.directory, name: name)
        }
        for number in 0..<20 { await stage.put("/\(number)", [9]) }
        try await stage.loaded()
        await stage.settle()
        for number in 0..<20 { #expect(stage.get("/\(number)") == [9]) }
        stage.store.close()
    }

    @Test("the clock is behind after a crash")
    func clock() async throws {
        let stage = try TestStore()
        let ahead = StoreOpening.sequence(at: .system) + 1 << 40
        stage.store.core.raiseSequence(above: ahead)
        await stage.put("/a", [1])
        await stage.settle()
        let name = try await stage.crashed()
        stage.store.close()
        let again = try TestStore(stage.directory, name: name)
        #expect(again.store.core.nextSequence.load(ordering: .relaxed) > ahead)
        again.store.close()
    }
}

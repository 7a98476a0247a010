// Stateless. Volumes that are there and cannot be opened at a start. Nothing is lost, numbers go on, and they are tried
// again.

import Glibc
import NIOCore
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite("A volume that cannot be opened is skipped, counted, reported and tried again")
struct UnopenedVolumeTests {
    /// Opens volumes but for some, which fail with an error until they are allowed.
    private final class Door: Sendable {
        private let closed: Set<UInt32>
        private let code: Int32
        private let isOpen = Atomic<Bool>(false)

        init(closed: Set<UInt32>, _ code: Int32) {
            self.closed = closed
            self.code = code
        }

        func open() { isOpen.store(true, ordering: .releasing) }

        func open(_ path: String, _ number: UInt32) throws(StoreError) -> Volume {
            let isClosed = !isOpen.load(ordering: .acquiring) && closed.contains(number)
            guard !isClosed else { throw StoreError(errno: code, "open", path) }
            return try Volume.open(path, number: number)
        }
    }

    private static let count = 8

    // Made once: a test build takes long for each.
    private static let bodies = (0..<count).map { sampleBytes(400_000, seed: UInt64($0 + 1)) }

    private static func body(_ number: Int) -> [UInt8] { bodies[number] }

    /// A directory with a volume for each of some bodies, stopped cleanly, and one more volume for small ones.
    private static func filled() async throws -> TestStore {
        let stage = try TestStore()
        for number in 0..<count { await stage.put("/\(number)", body(number)) }
        await stage.put("/small", [1])
        await stage.settle()
        let volumes = (0..<count).compactMap { stage.entry("/\($0)")?.volume }
        #expect(Set(volumes).count == count, "each has its own")
        return stage.closed()
    }

    private static func again(_ stage: TestStore, _ door: Door) throws -> TestStore {
        try TestStore(stage.directory) { (path, number) throws(StoreError) in try door.open(path, number) }
    }

    private static func volume(of key: String, in stage: TestStore) throws -> UInt32 {
        try #require(stage.store.index.rows(of: Array(key.utf8)).first).location.volume
    }

    @Test(
        "whatever the error: the others are used, nothing is removed, and what it holds is found fresh afterwards",
        arguments: [EIO, EMFILE, ENFILE, EACCES, EPERM, ENOMEM, ENOENT, ESTALE, ELOOP, EISDIR, ENXIO, EROFS, ETIMEDOUT]
    )
    func errors(code: Int32) async throws {
        let stage = try await Self.filled()
        let number = try Self.volume(of: "/3", in: stage)
        let path = "\(stage.path)/volumes/\(number).volume"
        let door = Door(closed: [number], code)
        let again = try Self.again(stage, door)
        try await again.loaded()
        #expect(again.store.statistics.unopenedVolumes == 1)
        #expect(again.get("/3") == nil)
        for other in 0..<Self.count where other != 3 { #expect(again.get("/\(other)") == Self.body(other)) }
        #expect(again.store.statistics.volumeBytes >= Self.count * 400_000, "it is charged")
        await again.put("/new", [7])
        #expect(again.get("/new") == [7])
        #expect(Paths.isTaken(path))
        door.open()
        try await eventually("it is opened") { again.get("/3") == Self.body(3) }
        #expect(again.entry("/3")?.freshUntil == far)
        #expect(again.store.statistics.unopenedVolumes == 0)
        await again.settle()
        again.store.close()
        let last = try TestStore(stage.directory)
        for number in 0..<Self.count { #expect(last.get("/\(number)") == Self.body(number)) }
        last.store.close()
    }

    @Test("so where none can be opened, as without descriptors")
    func all() async throws {
        let stage = try await Self.filled()
        let door = Door(closed: Set(1...100), EMFILE)
        let again = try Self.again(stage, door)
        #expect(again.store.statistics.unopenedVolumes > Self.count)
        // What is new has numbers above all that are there.
        #expect(await again.put("/new", [7]) == .sick || again.get("/new") == [7])
        door.open()
        try await eventually("all are open") { again.store.statistics.unopenedVolumes == 0 }
        try await again.loaded()
        for number in 0..<Self.count { #expect(again.get("/\(number)") == Self.body(number)) }
        again.store.close()
    }

    @Test("a purge holds for what cannot be opened yet", arguments: ["/3", "*"])
    func purge(rule: String) async throws {
        let stage = try await Self.filled()
        let door = Door(closed: [try Self.volume(of: "/3", in: stage)], EIO)
        let again = try Self.again(stage, door)
        try await again.loaded()
        _ = await again.purge(rule == "*" ? .all : .key(rule))
        await again.settle()
        door.open()
        try await eventually("it is opened") { again.store.statistics.unopenedVolumes == 0 }
        await again.settle()
        try await again.loaded()
        #expect(again.get("/3") == nil)
        again.store.close()
    }

    @Test("what took its place meanwhile is not undone")
    func replaced() async throws {
        let stage = try await Self.filled()
        let door = Door(closed: [try Self.volume(of: "/3", in: stage)], EIO)
        let again = try Self.again(stage, door)
        try await again.loaded()
        await again.put("/3", [3])
        await again.settle()
        door.open()
        try await eventually("it is opened") { again.store.statistics.unopenedVolumes == 0 }
        await again.settle()
        try await again.loaded()
        #expect(again.get("/3") == [3])
        again.store.close()
    }

    @Test("an index that was rebuilt without it is rebuilt with it")
    func rebuilt() async throws {
        let stage = try await Self.filled()
        let door = Door(closed: [try Self.volume(of: "/3", in: stage)], EIO)
        StoreFiles.removeIndex(stage.path)
        let again = try Self.again(stage, door)
        try await again.loaded()
        #expect(again.get("/3") == nil && again.get("/4") == Self.body(4))
        door.open()
        try await eventually("it is found") { again.get("/3") == Self.body(3) }
        again.store.close()
    }

    @Test(
        "names of volumes that are no files: nothing is lost, none is waited for, and they stay",
        arguments: [
            "mkdir 9.volume", "ln -s nowhere 9.volume", "mkfifo 9.volume", "ln -s 9.volume 9.volume",
            "ln -s /dev/zero 9.volume", "mkdir 2147483646.volume",
        ]
    )
    func kinds(command: String) async throws {
        let stage = try await Self.filled()
        let name = try #require(command.split(separator: " ").last)
        let made = try await run(["sh", "-c", "cd '\(stage.path)/volumes' && rm -f 9.volume && \(command)"])
        #expect(made.status == 0, "\(made.errorOutput)")
        let again = try TestStore(stage.directory)
        try await again.loaded()
        let found = (0..<Self.count).filter { again.get("/\($0)") == Self.body($0) }
        #expect(found.count >= Self.count - 1)
        #expect(again.store.statistics.unopenedVolumes == 1)
        if !name.hasPrefix("2147483646") {
            await again.put("/new", [7])
            #expect(again.get("/new") == [7])
        }
        #expect(Paths.isTaken("\(stage.path)/volumes/\(name)"))
        again.store.close()
        #expect(try Store.verify(directory: stage.path).unusableVolumes == 1)
    }

    @Test(
        "a pipe in the place of a file of larder's own is not waited for",
        arguments: ["larder.store", "lock", "index.db"]
    )
    func pipes(name: String) async throws {
        let stage = try await Self.filled()
        let path = "\(stage.path)/\(name)"
        Paths.remove(path)
        #expect(try await run(["mkfifo", path]).status == 0)
        _ = try? Store.verify(directory: stage.path)
        let again = try? TestStore(stage.directory)
        again?.store.close()
        let volumes = try Paths.names(in: stage.path + "/volumes")
        #expect(volumes.count > Self.count, "no volume is removed")
    }

    @Test(
        "what was read and is no volume is removed",
        arguments: ["", "something else", String(repeating: "x", count: 100)]
    )
    func foreign(text: String) async throws {
        let stage = try await Self.filled()
        let path = "\(stage.path)/volumes/99.volume"
        try overwrite(path, with: Array(text.utf8))
        let again = try TestStore(stage.directory)
        #expect(!Paths.isTaken(path) && again.store.statistics.unopenedVolumes == 0)
        again.store.close()
    }

    @Test("numbers that files have which no survey saw are stepped over")
    func collisions() async throws {
        let stage = try TestStore()
        await stage.put("/a", [1])
        let taken = try await run([
            "sh", "-c", "cd '\(stage.path)/volumes' && for n in $(seq 2 60); do mkdir $n.volume; done",
        ])
        #expect(taken.status == 0)
        for number in 0..<3 { #expect(await stage.put("/\(number)", Self.body(number)) == nil) }
        for number in 0..<3 { #expect(stage.get("/\(number)") == Self.body(number)) }
        stage.store.close()
    }

    @Test("a directory of volumes that cannot be listed at the start is used as soon as it can be")
    func unlisted() async throws {
        let stage = try await Self.filled()
        let volumes = stage.path + "/volumes"
        try Paths.rename(volumes, to: stage.path + "/aside")
        try overwrite(volumes, with: [])
        let again = try TestStore(stage.directory)
        #expect(!again.store.statistics.isWritable)
        #expect(await again.put("/new", [7]) == .sick)
        Paths.remove(volumes)
        try Paths.rename(stage.path + "/aside", to: volumes)
        try await eventually("it is used") { again.store.statistics.isWritable }
        try await eventually("it is loaded") { again.get("/3") == Self.body(3) }
        for number in 0..<Self.count { #expect(again.get("/\(number)") == Self.body(number)) }
        again.store.close()
    }

    @Test("a format file that cannot be read at the start: its secret is taken over, and no volume is removed")
    func unreadFormat() async throws {
        let stage = try await Self.filled()
        let format = stage.path + "/larder.store"
        try Paths.rename(format, to: stage.path + "/aside")
        // A link to itself: ELOOP, until it is replaced in one step.
        #expect(try await run(["ln", "-s", "larder.store", format]).status == 0)
        let again = try TestStore(stage.directory)
        #expect(!again.store.statistics.isWritable)
        try Paths.rename(stage.path + "/aside", to: format)
        try await eventually("it is used") { again.store.statistics.isWritable }
        try await eventually("it is loaded") { again.get("/3") == Self.body(3) }
        for number in 0..<Self.count { #expect(again.get("/\(number)") == Self.body(number)) }
        again.store.close()
    }

    @Test("the pauses between tries grow to a minute, and no more than a few are tried at once")
    func pauses() {
        var volumes = UnopenedVolumes()
        var now = Instant.now
        for number in 1...200 { volumes.add(UInt32(number), in: .main) }
        #expect(volumes.due(at: now).map(\.number) == Array(1...64))
        for number in 2...200 { volumes.remove(UInt32(number)) }
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            #expect(volumes.due(at: now).map(\.number) == [1])
            volumes.failed(1, at: now)
            #expect(volumes.due(at: now + .milliseconds(pause * 1000 - 1)).isEmpty)
            now = now + .seconds(pause)
        }
        #expect(volumes.due(at: now).map(\.ring) == [.main])
        volumes.remove(1)
        volumes.failed(1, at: now)
        #expect(volumes.due(at: now + .seconds(100)).isEmpty)
    }
}

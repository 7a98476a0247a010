// The readers of a fill as a list whose members know their places: it has to hold whoever comes, reads on, leaves or is
// cut off.

import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Proxy

@Suite("Invariant 9: the readers of a fill") struct FillReadersTests {
    private let loop = Loop()

    private func reader() -> FillReader { FillReader(on: loop) {} }

    private func positions(_ readers: FillReaders) -> [Int64] {
        readers.all.map { $0.position.load(ordering: .relaxed) }.sorted()
    }

    @Test("every reader is where its place says, whoever leaves in which order")
    func places() {
        var generator = SeededGenerator()
        var readers = FillReaders()
        var here: [FillReader] = []
        var gone: [FillReader] = []
        for _ in 0..<2_000 {
            if here.isEmpty || Int.random(in: 0..<100, using: &generator) < 52 {
                let new = reader()
                readers.add(new)
                here.append(new)
            } else {
                let left = here.remove(at: Int.random(in: here.indices, using: &generator))
                readers.remove(left)
                gone.append(left)
            }
            #expect(readers.count == here.count && readers.isEmpty == here.isEmpty)
        }
        for reader in here {
            let place = reader.place.load(ordering: .relaxed)
            #expect(readers.all.indices.contains(place) && readers.all[place] === reader)
        }
        #expect(gone.allSatisfy { $0.place.load(ordering: .relaxed) == FillReader.nowhere })
    }

    @Test("one that is not in, or has left, neither reads nor leaves again")
    func outside() {
        var readers = FillReaders()
        let (inside, left, never) = (reader(), reader(), reader())
        readers.add(inside)
        readers.add(left)
        readers.remove(left)
        readers.remove(left)
        readers.remove(never)
        #expect(readers.all.count == 1 && readers.all.first === inside)
        #expect(readers.note(inside, at: 7) && !readers.note(left, at: 9) && !readers.note(never, at: 9))
        #expect(readers.slowest == 7 && readers.fastest == 7)
    }

    @Test("those behind an offset are cut off, and nobody else")
    func cutOff() {
        var readers = FillReaders()
        #expect(readers.slowest == nil && readers.fastest == 0)
        for offset: Int64 in [50, 10, 40, 20, 30, 10] {
            let new = reader()
            readers.add(new)
            #expect(readers.note(new, at: offset))
        }
        #expect(readers.slowest == 10 && readers.fastest == 50)
        let removed = readers.removeAll(before: 30)
        #expect(removed.map { $0.position.load(ordering: .relaxed) }.sorted() == [10, 10, 20])
        #expect(removed.allSatisfy { $0.place.load(ordering: .relaxed) == FillReader.nowhere })
        #expect(positions(readers) == [30, 40, 50] && readers.slowest == 30)
    }
}

// Shared. One transfer's way into a fill; a fill that asks again makes another, and the first is heard no more.

import HTTPMessage
import NIOCore
import Origins
import Synchronization

final class FillReceiver: OriginReceiver {
    private let fill: Fill
    private let isOver = Atomic<Bool>(false)

    init(_ fill: Fill) { self.fill = fill }

    func receive(_ response: OriginResponse) {
        fill.beginTurn()
        fill.note(response)
        if !fill.receive(response) { isOver.store(true, ordering: .relaxed) }
    }

    func receive(_ bytes: ByteBuffer) -> OriginFlow {
        fill.beginTurn()
        return isOver.load(ordering: .relaxed) ? .proceed : fill.receive(bytes)
    }

    func takeAll() -> Bool {
        fill.beginTurn()
        return isOver.load(ordering: .relaxed) || fill.takeAll()
    }

    func receiveInterim(_ status: Int, _ fields: Fields) {
        fill.beginTurn()
        if !isOver.load(ordering: .relaxed) { fill.receiveInterim(status, fields) }
    }

    func receiveTrailers(_ fields: Fields) {
        if !isOver.load(ordering: .relaxed) { fill.receiveTrailers(fields) }
    }

    func finish() {
        fill.beginTurn()
        if !isOver.load(ordering: .relaxed) { fill.finish() }
    }

    func fail(_ error: OriginError) {
        fill.beginTurn()
        if !isOver.load(ordering: .relaxed) { fill.fail(error) }
    }

    func turnEnded() { fill.endTurn() }
}

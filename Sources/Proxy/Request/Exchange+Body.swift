// A request's own body on its way to the origin: streamed with back-pressure, bounded, framing checked to the end.

import HTTPMessage
import NIOCore
import Origins

extension Exchange {
    /// Whether bytes that arrive now belong to this request's body.
    var takesBody: Bool { upload.map { !$0.isComplete && !$0.isPaused } ?? false }

    func makeUpload() -> Upload? {
        guard head.framing != .none else { return nil }
        let bound = LoopBound(self, on: state.loop)
        let loop = state.loop
        return Upload(head.framing, limit: state.settings.requestBody) {
            loop.execute {
                bound.value.upload?.isPaused = false
                bound.value.connection.wantsBody()
            }
        }
    }

    /// Takes what has arrived of the body.
    func receiveBody(_ buffer: inout ByteBuffer) {
        guard let upload else { return }
        switch upload.take(&buffer) {
        case .more, .complete: break
        case .tooLarge:
            state.counters.add(.limitRequestBody)
            refuseBody(413, "The request's body is over the limit of \(state.settings.requestBody) bytes.")
        case .malformed: refuseBody(400, "The request's body is not framed as its head says.")
        }
    }

    func refuseBody(_ status: Int, _ text: String) {
        upload?.body.fail()
        connection.makeLast()
        guard !hasHead else { return breakOff() }
        answerOwn(status, text, nil)
    }
}

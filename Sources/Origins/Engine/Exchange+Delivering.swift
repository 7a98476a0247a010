// How an exchange gives its receiver an answer: at once as it comes, or first what was held of it.

import HTTPMessage
import NIOCore

extension Exchange {
    /// Whether bytes of an attempt have a place to go.
    func accepts(_ count: Int, from attempt: Attempt) -> Bool {
        if attempt === delivering { return !isPaused && backlog.isEmpty }
        guard let held, attempt === held.attempt else { return false }
        return held.bytes + Int64(count) <= Self.maximumHeld
    }

    /// Takes bytes that were accepted.
    func take(_ bytes: ByteBuffer, from attempt: Attempt) {
        guard !hasEnded else { return }
        if attempt === delivering {
            var bytes = bytes
            if bytesToSkip > 0 {
                let skipped = Int(min(bytesToSkip, Int64(bytes.readableBytes)))
                bytes.moveReaderIndex(forwardBy: skipped)
                bytesToSkip -= Int64(skipped)
                guard bytes.readableBytes > 0 else { return }
            }
            resumption?.received += Int64(bytes.readableBytes)
            if told.receive(bytes) == .pause {
                isPaused = true
                attempt.noteHeldUp()
            }
        } else if attempt === held?.attempt {
            held?.bytes += Int64(bytes.readableBytes)
            held?.body.append(bytes)
        }
    }

    /// An attempt has its trailer section; no more bytes follow.
    func trailers(_ attempt: Attempt, _ fields: Fields) {
        if attempt === delivering { trailers = fields } else if attempt === held?.attempt { held?.trailers = fields }
    }

    /// Delivers what was held; outside libcurl.
    func deliver(_ answer: Held) {
        held = nil
        delivering = answer.attempt
        isComplete = answer.isComplete
        backlog = answer.body[...]
        trailers = answer.trailers
        deliver(answer.head, of: answer.attempt, at: answer.responseTime)
        resumption?.received = answer.bytes
        flush()
        if !hasEnded, !isPaused, !isComplete { delivering?.resume() }
    }

    /// Delivers a head.
    func deliver(_ head: ReceivedHead, of attempt: Attempt, at time: WallTime) {
        let origin = attempt.lane.origin.index
        resumption = request.isSingle || isProbe ? nil : Resumption(method: request.method, head, from: origin)
        told.receive(
            OriginResponse(
                status: head.status,
                reason: head.reason,
                fields: head.fields,
                origin: origin,
                contentLength: head.contentLength,
                version: head.version,
                requestTime: attempt.requestTime,
                responseTime: time,
                tried: tried,
                isDefinitive: isDefinitive(head, from: attempt.lane.origin)
            )
        )
    }

    /// Whether no origin that could not be asked might know better.
    private func isDefinitive(_ head: ReceivedHead, from origin: ConfiguredOrigin) -> Bool {
        if isOutdated(head, from: origin) { return false }
        guard AskingOrder.rank(of: head.status) == .notHere, !origin.settings.isAuthoritative else { return true }
        return tried.allSatisfy { attempt in
            if case .answered(let status) = attempt.outcome { AskingOrder.rank(of: status) != .trouble } else { false }
        }
    }

    /// Whether an answer is a copy older than what is stored, from an origin that does not know better.
    func isOutdated(_ head: ReceivedHead, from origin: ConfiguredOrigin) -> Bool {
        guard let newest = request.notOlderThan, head.status == 200, !origin.settings.isAuthoritative,
            let modified = head.fields.first("Last-Modified").flatMap({ HTTPDate.parse($0) })
        else { return false }
        return modified < newest
    }

    /// Gives what was held until the receiver has enough, and ends if that was all.
    func flush() {
        while !isPaused, let bytes = backlog.popFirst() {
            if told.receive(bytes) == .pause {
                isPaused = true
                delivering?.noteHeldUp()
            }
        }
        guard isComplete, backlog.isEmpty else { return }
        if !trailers.isEmpty { told.receiveTrailers(trailers) }
        end()
        told.finish()
    }
}

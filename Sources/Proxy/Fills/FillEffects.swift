// Value. What a fill does after its state has changed, once its lock is left.

import Origins

/// Noncopyable: each event of a miss returns one.
struct FillEffects: ~Copyable {
    enum Transfer { case leave, resume, cancel }

    /// How a fill ended, for `FillHistory`.
    struct End {
        let outcome: FillRecord.Outcome
        /// The status of the last response; nil if there was none.
        let status: Int?
        /// The origins that were asked, in order.
        let tried: [OriginAttempt]
    }

    /// Readers to wake; empty during a turn of the origin thread, whose end wakes them all.
    var wakes: [FillReader] = []
    /// Readers that are in the fill no more, to be woken at once.
    var cuts: [FillReader] = []
    var transfer = Transfer.leave
    /// What the origin thread is answered.
    var flow = OriginFlow.proceed
    /// Bytes to add to the gauges of held bytes; negative to subtract.
    var held = 0
    var heldUp = 0
    var counter: Counter?
    var end: End?
    /// The response is not stored after all.
    var abortsWriter = false
    /// The body is complete: the store finishes it.
    var finishesWriter = false
    /// The fill has its whole response.
    var leavesRoom = false
    var endsPermit = false
    /// The body is held beyond the window: `FillState.makeRoom` is due.
    var needsRoom = false
    /// `FillState.drain` is due: a transfer is paused, or a body is held for slow clients.
    var needsDrain = false
    /// The bytes that were appended are for the store's writer.
    var handsToWriter = false
    /// The body comes on, as others who wait for the origin need it.
    var isFlowing = false
}

// Shared. A reference to what is confined to a loop, for other threads to hold and hand back.

import Runtime

/// Holds something of a loop's; it is looked at on that loop only.
@safe struct LoopBound<Value>: @unchecked Sendable {  // because `value` checks the thread
    private let bound: Value
    private let loop: Loop

    init(_ value: Value, on loop: Loop) {
        bound = value
        self.loop = loop
    }

    /// What is held; on its loop.
    var value: Value {
        precondition(loop.isCurrent, "what is confined to a loop is used on that loop")
        return bound
    }
}

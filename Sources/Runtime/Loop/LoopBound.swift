// Shared. A reference to what is confined to a loop, for other threads to hold and hand back.

/// Holds something of a loop's; it is looked at on that loop only.
@safe public struct LoopBound<Value>: @unchecked Sendable {  // because `value` checks the thread
    @usableFromInline let bound: Value
    @usableFromInline let loop: Loop

    @inlinable
    public init(_ value: Value, on loop: Loop) {
        bound = value
        self.loop = loop
    }

    /// What is held; on its loop.
    @inlinable public var value: Value {
        precondition(loop.isCurrent, "what is confined to a loop is used on that loop")
        return bound
    }
}

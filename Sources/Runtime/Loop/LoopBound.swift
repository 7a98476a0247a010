// Shared. A reference to a value that is confined to a loop, for other threads to keep and hand back.

/// Holds a value of a loop; only that loop may read it.
@safe public struct LoopBound<Value>: @unchecked Sendable {  // because `value` checks the thread
    @usableFromInline let bound: Value
    @usableFromInline let loop: Loop

    @inlinable
    public init(_ value: Value, on loop: Loop) {
        bound = value
        self.loop = loop
    }

    /// The value; only on its loop.
    @inlinable public var value: Value {
        precondition(loop.isCurrent, "what is confined to a loop is used on that loop")
        return bound
    }
}

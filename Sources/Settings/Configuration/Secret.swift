// value
// A text that must not reach a log, an error message or a dump: only `reveal()` gives it away.

/// A text that never prints itself.
public struct Secret: Sendable, Equatable {
    private let text: String

    /// Wraps a text.
    ///
    /// - Parameter text: What is to be kept out of print.
    public init(_ text: String) {
        self.text = text
    }

    /// The text itself, for comparing it with what a client sent.
    ///
    /// - Returns: The text as it was given.
    public func reveal() -> String {
        text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `(secret)`.
    public var description: String { "(secret)" }
    /// Always `(secret)`.
    public var debugDescription: String { description }
    /// A mirror without children: `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

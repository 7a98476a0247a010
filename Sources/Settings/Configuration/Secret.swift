// Value. A text that must not get into a log, an error message or a dump: only `reveal()` returns it.

/// A text that never prints itself.
package struct Secret: Sendable, Equatable {
    private let text: String

    /// Wraps a text.
    ///
    /// - Parameter text: The secret.
    package init(_ text: String) {
        self.text = text
    }

    /// The text itself, for comparing it with what a client sent.
    ///
    /// - Returns: The text as it was given.
    package func reveal() -> String {
        text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `(secret)`.
    package var description: String { "(secret)" }
    /// Always `(secret)`.
    package var debugDescription: String { description }
    /// A mirror without children: `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

// Value. A secret and its source. Read once, by the checks of a configuration; until then it is empty. Invariant: its
// description shows the source, never the text.

/// A text that is read from a file or the environment, so that it need not be in the configuration.
package struct Credential: Sendable, Equatable {
    /// Where a secret is.
    package enum Source: Sendable, Hashable {
        /// In the configuration itself.
        case configuration
        /// In a file of one line, by its absolute path.
        case file(String)
        /// In an environment variable.
        case environment(String)
    }

    /// Where it is.
    package let source: Source
    /// The text; empty if it is not read yet.
    package var secret: Secret

    /// A text from the configuration itself.
    ///
    /// - Parameter text: The text.
    package init(_ text: String) {
        source = .configuration
        secret = Secret(text)
    }

    /// A text that has not been read yet.
    ///
    /// - Parameter source: Where it is.
    package init(from source: Source) {
        self.source = source
        secret = Secret("")
    }
}

extension Credential: CustomStringConvertible {
    /// The source, as it is written in the configuration.
    package var description: String {
        switch source {
        case .configuration: "given"
        case .file(let path): "{file: \(path)}"
        case .environment(let name): "{env: \(name)}"
        }
    }
}

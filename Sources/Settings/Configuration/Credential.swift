// Value. A secret and where it is read from. Read once, by the checks of a configuration; until then it is empty.
// Invariant: its description has the source, never the text.

/// A text that is read from a file or the environment, so that it need not stand in the configuration.
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

    /// A text that stands in the configuration.
    ///
    /// - Parameter text: The text.
    package init(_ text: String) {
        source = .configuration
        secret = Secret(text)
    }

    /// A text that is still to be read.
    ///
    /// - Parameter source: Where it is.
    package init(from source: Source) {
        self.source = source
        secret = Secret("")
    }
}

extension Credential: CustomStringConvertible {
    /// Where it is, as the configuration says it.
    package var description: String {
        switch source {
        case .configuration: "given"
        case .file(let path): "{file: \(path)}"
        case .environment(let name): "{env: \(name)}"
        }
    }
}

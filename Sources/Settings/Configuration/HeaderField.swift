// Value. A field to add to an origin's requests. Invariant after reading a file: the name is a token, the value is one
// line.

/// A request field: a name and a value.
package struct HeaderField: Sendable, Equatable {
    /// The field's name, as written.
    package var name: String
    /// The field's value.
    package var value: Credential

    /// Makes a field.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - value: The field's value.
    package init(name: String, value: Credential) {
        self.name = name
        self.value = value
    }
}

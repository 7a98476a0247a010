// Value. Sizes for command lines, as the configuration has them.

/// The reason why a text is not a size.
package struct SizeProblem: Error, Sendable {
    /// What is wrong with it.
    package let message: String
    /// What would be right.
    package let expected: String
}

/// The bytes of a size such as `10GB`.
package func bytes(ofSize text: String) throws(SizeProblem) -> Int64 {
    do {
        return try Quantity.size.parse(text)
    } catch {
        throw SizeProblem(message: error.message, expected: error.expected)
    }
}

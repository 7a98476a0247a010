// Value. The file with the token of the admin interface, as larder and its commands read it.

/// Reads tokens.
package enum TokenFile {
    /// Bytes of a token's file.
    private static let limit = 4096

    /// Reads the token.
    ///
    /// - Parameters:
    ///   - path: The absolute path of a file of one line.
    ///   - probe: The machine.
    /// - Returns: The token.
    /// - Throws: Why the token cannot be read.
    package static func read(_ path: String, probe: some FileProbe = SystemFileProbe()) throws(Mistake) -> Secret {
        let expected = "a file with one line, the token"
        let bytes: [UInt8]
        do {
            bytes = try probe.contents(of: path, limit: limit)
        } catch {
            throw Mistake(message: "\(path) \(error)", expected: expected)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard lines.count == 1, let token = lines.first, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            let what = lines.isEmpty ? "is empty" : "is not one line of ASCII letters, digits and signs"
            throw Mistake(message: "\(path) \(what)", expected: expected)
        }
        return Secret(String(token))
    }
}

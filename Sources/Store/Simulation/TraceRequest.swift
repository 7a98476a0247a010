// Value. One request of a trace.

/// The data of one request in a trace.
public struct TraceRequest: Sendable, Equatable {
    /// The key's hash.
    public let hash: UInt64
    /// Bytes of the key.
    public let keyLength: Int
    /// Bytes of the body.
    public let length: Int64

    /// Any secret is sufficient: a trace is not an attack.
    private static let keyHash = KeyHash(secret0: 0x6c61_7264_6572, secret1: 0x7369_6d75_6c61_7465)

    init(key: RawSpan, length: Int64) {
        hash = Self.keyHash(key)
        keyLength = key.byteCount
        self.length = length
    }
}

/// Why a trace cannot be used.
public struct TraceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// What is wrong with it, and what is expected.
    public let message: String

    /// Both in one line.
    public var description: String { "line \(line): \(message)" }
}

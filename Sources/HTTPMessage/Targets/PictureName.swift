// Value. A picture as people name it, byte by byte: a URL, a path, or the name of a file below the pictures' directory.
//
// Owned by HTTPMessage; the commands and the admin interface read names through it. Invariant: the target begins with a
// slash and contains only octets that may be part of a request; a name is accepted unchanged or refused, never
// repaired.

/// The host and request target that a name means.
public struct PictureName: Sendable, Equatable {
    /// Why bytes name no picture.
    public enum Problem: Error, Sendable, Equatable, CaseIterable {
        /// There is nothing.
        case empty
        /// Neither a path, which begins with a slash, nor a URL, which begins with http.
        case relative
        /// A percent sign without two hexadecimal digits.
        case percentSign
        /// A NUL, encoded or not.
        case null
        /// It leads above the root, or an encoded slash or backslash is in a segment with `..`.
        case aboveRoot
        /// The URL's host is no host.
        case host
    }

    /// http or https; nil if a path alone is named.
    private let scheme: String?
    /// The URL's host, with its port if it has one; nil if a path alone is named.
    public let host: String?
    /// Path and query in ASCII: octets that may not stand in a request are percent-encoded, the rest is as it was
    /// given.
    public let target: String

    /// Reads a path with its query, or a full URL (http or https).
    ///
    /// A number sign is part of the name, since no request has a fragment.
    /// - Parameter bytes: The bytes, in any encoding.
    /// - Throws: Why they name no picture.
    public init(url bytes: some Collection<UInt8>) throws(Problem) {
        let (scheme, host, rest) = try PictureName.split(Array(bytes)) {
            $0 == ASCII.slash || $0 == ASCII.question || $0 == ASCII.hash
        }
        if let host {
            guard host.withRawSpan({ Authority.isValid($0, 0..<$0.byteCount, mayBeEmpty: false) }) else { throw .host }
        }
        self.init(scheme, host, try PictureName.spelled(rest))
        try checkTarget()
    }

    /// Reads a pattern of paths or of full URLs: a question mark is part of the host or path it stands in.
    /// - Parameter bytes: The bytes, in any encoding.
    /// - Throws: Why they are no such pattern.
    public init(pattern bytes: some Collection<UInt8>) throws(Problem) {
        let (scheme, host, rest) = try PictureName.split(Array(bytes)) { $0 == ASCII.slash }
        if let host {
            guard host.allSatisfy({ ASCII.isHost($0) || $0 == ASCII.question }) else { throw .host }
        }
        self.init(scheme, host, try PictureName.spelled(rest))
    }

    /// Reads the name of a file below the pictures' directory, as `find` prints it there: `./a b.jpg`, `a b.jpg` or `/a
    /// b.jpg`.
    ///
    /// Every octet but the slash is part of a name: percent signs, question marks and number signs are encoded.
    /// - Parameter bytes: The bytes, in any encoding.
    /// - Throws: Why no request has that name.
    public init(file bytes: some Collection<UInt8>) throws(Problem) {
        guard !bytes.isEmpty else { throw .empty }
        guard !bytes.contains(0) else { throw .null }
        var name = Array(bytes)[...]
        while name.starts(with: [ASCII.dot, ASCII.slash]) { name = name.dropFirst(2).drop { $0 == ASCII.slash } }
        let path = name.drop { $0 == ASCII.slash }
        self.init(nil, nil, "/" + PercentEncoding.path(path))
        try checkTarget()
    }

    /// The name as a URL or path in ASCII.
    public var url: String {
        guard let scheme, let host else { return target }
        return "\(scheme)://\(host)\(target)"
    }

    private init(_ scheme: String?, _ host: [UInt8]?, _ target: String) {
        self.scheme = scheme
        self.host = host.map { String(decoding: $0, as: UTF8.self) }
        self.target = target
    }

    private func checkTarget() throws(Problem) {
        let isUsable = Array(target.utf8).withRawSpan { TargetNormalization.normalize($0, foldsCase: false) != nil }
        guard isUsable else { throw .aboveRoot }
    }

    /// Takes a URL apart; a path has no host.
    private static func split(
        _ bytes: [UInt8],
        _ endsHost: (UInt8) -> Bool
    ) throws(Problem) -> (scheme: String?, host: [UInt8]?, rest: ArraySlice<UInt8>) {
        guard let first = bytes.first else { throw .empty }
        guard !bytes.contains(0) else { throw .null }
        let start = String(decoding: bytes.prefix(8).map(ASCII.lowercased), as: UTF8.self)
        for scheme in ["http", "https"] where start.utf8.starts(with: "\(scheme)://".utf8) {
            let rest = bytes.dropFirst(scheme.utf8.count + 3)
            let host = Array(rest.prefix { !endsHost($0) })
            guard !host.isEmpty else { throw .host }
            return (scheme, host, rest.dropFirst(host.count))
        }
        guard first == ASCII.slash else { throw .relative }
        return (nil, nil, bytes[...])
    }

    /// What follows the host, so that it may stand in a request.
    private static func spelled(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
        let text = PercentEncoding.encoded(bytes) {
            ASCII.isPathCharacter($0) || $0 == ASCII.slash || $0 == ASCII.question || $0 == ASCII.percent
        }
        for piece in text.utf8.split(separator: ASCII.percent, omittingEmptySubsequences: false).dropFirst() {
            let digits = piece.prefix(2).compactMap(ASCII.hexValue)
            guard digits.count == 2 else { throw .percentSign }
            guard digits != [0, 0] else { throw .null }
        }
        return text.utf8.first == ASCII.slash ? text : "/" + text
    }
}

extension PictureName.Problem {
    /// What is wrong, and the remedy: the end of a sentence that begins with the name.
    public var words: String {
        switch self {
        case .empty: "is empty."
        case .relative:
            "is neither a path, which begins with a slash, nor a URL, which begins with http:// or https://."
        case .percentSign: "has a percent sign without two hexadecimal digits; a percent sign itself is %25."
        case .null: "has a NUL byte, which no name has."
        case .aboveRoot: "leads above the root, or has .. next to an encoded slash."
        case .host:
            "has no valid host between http:// and the path: a name or address, with a port or without, and no user."
        }
    }
}

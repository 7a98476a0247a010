// Value. One name of a path as in file systems: octets in no particular encoding.

/// A name between two slashes.
struct FileName: Sendable, Hashable {
    /// At least one; neither NUL nor "/".
    let bytes: [UInt8]

    /// A name; nil if the octets are not one.
    init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard !bytes.isEmpty, !bytes.contains(0), !bytes.contains(UInt8(ascii: "/")) else { return nil }
        self.bytes = bytes
    }

    private init(dots: Int) {
        bytes = Array(repeating: UInt8(ascii: "."), count: dots)
    }

    /// The directory itself.
    static let dot = FileName(dots: 1)

    var isDot: Bool { self == .dot }
    var isDotDot: Bool { self == FileName(dots: 2) }

    /// For a system call.
    var cString: [CChar] { Self.cString(bytes) }

    /// The names in a path, without empty ones.
    static func names(in path: some Collection<UInt8>) -> [FileName] {
        path.split(separator: UInt8(ascii: "/")).compactMap { FileName($0) }
    }

    /// A path of names, for a system call.
    static func path(_ names: [FileName]) -> [CChar] {
        cString(names.map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
    }

    private static func cString(_ bytes: some Sequence<UInt8>) -> [CChar] {
        bytes.map { CChar(bitPattern: $0) } + [0]
    }
}

// Value. The lines that serve prints once it serves: every address, and some pictures to try if an origin is a
// directory.

import Glibc
import HTTPMessage
import Settings

struct Announcement {
    /// Entries of the directory that are read.
    private static let entryLimit = 1000
    private static let sampleLimit = 3

    let lines: [String]

    init(_ addresses: [ListenAddress], admin: ListenAddress, origins: [Configuration.Origin]) {
        let samples = origins.first { $0.url.scheme == .file }.map { Self.pictures(in: $0.url.path) } ?? []
        lines =
            addresses.map { address in
                let base = Self.url(address)
                let line = "larder \(larderVersion) serves pictures on \(base)"
                guard base.hasPrefix("http"), !samples.isEmpty else { return line }
                return "\(line) (try \(samples.map { base + $0 }.joined(separator: " ")))"
            } + ["The status page is on \(Self.url(admin))"]
    }

    private static func url(_ address: ListenAddress) -> String {
        switch address {
        case .unix: address.description
        case .tcp("0.0.0.0", let port): "http://127.0.0.1:\(port)/"
        case .tcp("::", let port): "http://[::1]:\(port)/"
        case .tcp: "http://\(address)/"
        }
    }

    /// Some pictures of a directory, without its subdirectories.
    private static func pictures(in path: String) -> [String] {
        let endings = [".jpg", ".jpeg", ".png", ".webp", ".svg"]
        var names: [[UInt8]] = []
        // because the stream and its entries are used before closedir, and each name is copied at once
        guard let directory = unsafe opendir(path) else { return [] }
        for _ in 0..<entryLimit {
            guard let entry = unsafe readdir(directory) else { break }
            // because as above; the name ends with a zero byte
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            let isPicture = endings.contains {
                String(decoding: name.suffix($0.utf8.count), as: UTF8.self).lowercased() == $0
            }
            if name.first != UInt8(ascii: "."), isPicture { names.append(name) }
        }
        unsafe closedir(directory)  // because nothing of it is used any more
        return names.sorted { $0.lexicographicallyPrecedes($1) }.prefix(sampleLimit).map { PercentEncoding.path($0) }
    }
}

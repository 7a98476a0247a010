// Stateless. What tests say again and again about responses and origins' answers.

import TestSupport

extension RawResponse {
    /// The last Cache-Status, which is larder's, without its ttl.
    var cacheStatus: String {
        let value = values(of: "Cache-Status").last ?? ""
        return value.split(separator: "; ").filter { !$0.hasPrefix("ttl=") }.joined(separator: "; ")
    }

    /// The seconds of freshness left that Cache-Status tells.
    var ttl: Int? {
        let value = values(of: "Cache-Status").last ?? ""
        return value.split(separator: "; ").first { $0.hasPrefix("ttl=") }.flatMap { Int($0.dropFirst(4)) }
    }

    var isHit: Bool { cacheStatus == "larder; hit" }
}

/// Cache-Control with some more fields behind it.
func fields(_ cacheControl: String, _ more: (String, String)...) -> [(String, String)] {
    [("Cache-Control", cacheControl)] + more
}

/// A minute of freshness.
let fresh: [(String, String)] = [("Cache-Control", "max-age=60")]

func stale(_ control: String, _ more: (String, String)...) -> [(String, String)] {
    [("Cache-Control", "max-age=60" + (control.isEmpty ? "" : ", " + control)), ("Age", "120")] + more
}

/// A head as a real origin sends it, for a body that the script sends in parts.
func head(length: Int, _ more: String = "Cache-Control: max-age=60\r\n") -> ScriptedOrigin.Step {
    .head("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\(more)\r\n")
}

/// A head of an answer whose length is told by its end.
let chunkedHead = ScriptedOrigin.Step.head(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nCache-Control: max-age=60\r\n\r\n"
)

/// A picture's bytes, which follow from its length and seed.
///
/// Large ones repeat a block of a prime length: made quickly, and still no place looks like another at a round distance.
func pictureBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    let block = 65_521
    guard count > block else { return sampleBytes(count, seed: seed) }
    let part = sampleBytes(block, seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block)
    while bytes.count < count { bytes += part }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// A body as tests compare it: what differs is told in a line, where an array's difference would take for ever.
struct Digest: Equatable, CustomStringConvertible {
    let bytes: [UInt8]

    var description: String { "\(bytes.count) bytes, \(bytes.prefix(8))…\(bytes.suffix(8))" }
}

extension [UInt8] {
    var digest: Digest { Digest(bytes: self) }
}

extension ArraySlice<UInt8> {
    var digest: Digest { Array(self).digest }
}

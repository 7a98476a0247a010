// A value. Requests that come back to the larder that sent them (RFC 8586).

import Glibc
import HTTPMessage
import Runtime
import Settings

/// The name in CDN-Loop.
enum LoopID {
    /// A name that is the same after a restart, and another for every larder of a farm.
    ///
    /// - Parameter configuration: Where it listens and stores tells two larders of one machine apart.
    /// - Returns: Such as "larder-0a1b2c3d4e5f6071".
    static func made(for configuration: Configuration) -> String {
        var name = [CChar](repeating: 0, count: 256)
        // because the length given is the array's, one less than which is written to
        _ = unsafe gethostname(&name, name.count - 1)
        let host = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let place = configuration.listen.map(\.description) + [configuration.cache.directory]
        let hash = FNV1a.hash64(host + Array(place.joined(separator: " ").utf8))
        let digits = String(hash, radix: 16)
        return "larder-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Whether a request has passed the larder of a name before.
    ///
    /// - Parameters:
    ///   - id: The name.
    ///   - fields: The fields of the request.
    /// - Returns: True where CDN-Loop names it, with whatever parameters (RFC 8586 §2).
    static func isNamed(_ id: String, in fields: Fields) -> Bool {
        fields.all("CDN-Loop").contains { value in
            FieldList.members(of: value).contains { member in
                let name = member.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
                return FieldList.lowercased(String(name)) == FieldList.lowercased(id)
            }
        }
    }
}

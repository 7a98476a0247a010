// Which requests have to bring a picture.

import HTTPMessage
import Settings

extension ProxySettings {
    /// Whether the 200 for a key is stored only where it is a picture.
    ///
    /// O(key).
    func expectsImage(_ key: [UInt8]) -> Bool {
        switch images {
        case .off: return false
        case .all: return true
        case .extensions(let extensions):
            let path = FieldList.lowercased(String(decoding: key.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self))
            return extensions.contains { path.hasSuffix($0) }
        }
    }
}

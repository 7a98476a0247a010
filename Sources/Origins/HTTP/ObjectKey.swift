// Value. The key of an object in the spelling that a request must have.
//
// libcurl signs the path as it is sent, so the path must be in the canonical form of AWS: decoded once, then every byte
// encoded except letters, digits, "-._~" and "/". The client's query is dropped: with `?list-type=2` or `?acl`, a
// signed request for a picture would become a request for something else.

import HTTPMessage

/// Spells keys of objects.
enum ObjectKey {
    /// The limit in bytes that S3 sets for a key.
    static let maximumLength = 1024

    /// The path of an object.
    ///
    /// - Parameter target: The target of a client's request without the prefix of the keys.
    /// - Returns: nil if no object can have such a key. The bucket itself is not an object: it lists all objects.
    static func path(_ target: String) -> String? {
        guard let bytes = PercentEncoding.decoded(target.utf8.prefix { $0 != ASCII.question }) else { return nil }
        let key = bytes.dropFirst()
        guard key.count <= maximumLength, key.contains(where: { $0 != ASCII.slash }) else { return nil }
        guard String(validating: key, as: UTF8.self) != nil,
            !key.contains(where: { $0 < ASCII.space || $0 == ASCII.delete })
        else { return nil }
        // A server in between might resolve dot segments, even to a place outside the bucket.
        guard
            !key.split(separator: ASCII.slash).contains(where: { $0.elementsEqual(dot) || $0.elementsEqual(dot + dot) })
        else { return nil }
        return "/" + PercentEncoding.encoded(key) { ASCII.isUnreserved($0) || $0 == ASCII.slash }
    }

    private static let dot = [ASCII.dot]
}

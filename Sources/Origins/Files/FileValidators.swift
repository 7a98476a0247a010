// Value. The validators of a file origin's response (RFC 9110 §8.8), and the result of a request's conditions (§13).
// Pure but for a random number.

import HTTPMessage

/// The validators of one response.
struct FileValidators: Sendable {
    /// The value of ETag.
    let entityTag: String
    /// nil if the file has no usable date.
    let lastModified: WallTime?
    /// Whether no other content had the same date.
    let isDateStrong: Bool

    /// The validators of a version.
    ///
    /// A file that is being written gets a tag that never matches another: its later content is different.
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - isSettled: Whether it is finished.
    ///   - date: The Date of the response.
    init(_ version: FileVersion, isSettled: Bool, date: WallTime) {
        if isSettled {
            entityTag = version.entityTag
            lastModified = version.lastModified(at: date)
            isDateStrong = version.isDateStrong
        } else {
            let number = UInt64.random(in: .min ... .max)
            (entityTag, lastModified, isDateStrong) = ("W/\"unsettled-\(String(number, radix: 36))\"", nil, false)
        }
    }

    /// Whether the client has the content already (RFC 9110 §13.2.2): if there is If-None-Match, only that decides.
    func isNotModified(_ request: FileRequest) -> Bool {
        if let list = request.ifNoneMatch {
            // Our own tags contain no comma, so the list can be split at any comma.
            let ours = Self.opaque(entityTag[...])
            return list.split(separator: ",").contains { member in
                var tag = member.drop { $0 == " " || $0 == "\t" }
                while let last = tag.last, last == " " || last == "\t" { tag.removeLast() }
                return tag == "*" || Self.opaque(tag) == ours
            }
        }
        guard let lastModified, let since = request.ifModifiedSince.flatMap({ HTTPDate.parse($0) }) else {
            return false
        }
        return lastModified <= since
    }

    /// Whether If-Range, if present, matches this content: its strong tag, or exactly its date if that is strong (RFC
    /// 9110 §13.1.5).
    func allowsRange(_ request: FileRequest) -> Bool {
        guard let ifRange = request.ifRange else { return true }
        if ifRange == entityTag { return !entityTag.hasPrefix("W/") }
        return isDateStrong && lastModified != nil && HTTPDate.parse(ifRange) == lastModified
    }

    /// A tag without its weakness mark.
    private static func opaque(_ tag: Substring) -> Substring {
        tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
}

// Value. By what an answer of a file origin lets its content be known again (RFC 9110 §8.8), and what the conditions of
// a request come to (§13). Pure but for a random number.

import HTTPMessage

/// The validators of one answer.
struct FileValidators: Sendable {
    /// As ETag has it.
    let entityTag: String
    /// nil if the file has no date that is one.
    let lastModified: WallTime?
    /// Whether no other content had that date.
    let isDateStrong: Bool

    /// The validators of a version.
    ///
    /// What is being written gets a tag that matches nothing else, ever: whatever the file is later, it is another.
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - isSettled: Whether it is finished.
    ///   - date: The Date of the answer.
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

    /// Whether a request has the content already (RFC 9110 §13.2.2): If-None-Match decides alone where there is one.
    func isNotModified(_ request: FileRequest) -> Bool {
        if let list = request.ifNoneMatch {
            // No comma occurs in our own tags, so the list can be split at any.
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

    /// Whether If-Range, if there is one, is of this content: its strong tag, or exactly its date where that is strong
    /// (RFC 9110 §13.1.5).
    func allowsRange(_ request: FileRequest) -> Bool {
        guard let ifRange = request.ifRange else { return true }
        if ifRange == entityTag { return !entityTag.hasPrefix("W/") }
        return isDateStrong && lastModified != nil && HTTPDate.parse(ifRange) == lastModified
    }

    /// A tag without its weakness.
    private static func opaque(_ tag: Substring) -> Substring {
        tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
}

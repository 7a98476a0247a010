// Stateless. Whether a response is a picture, for rules that apply only to pictures. Pure.

import HTTPMessage

enum PictureKind {
    /// Whether a response is a picture: its type is an image type, or it has no telling type and its path ends as a
    /// picture's.
    ///
    /// O(key).
    static func isPicture(_ key: [UInt8], _ response: Fields) -> Bool {
        if isImageType(response) { return true }
        let type = response.first("Content-Type").map { FieldList.lowercased($0) } ?? ""
        guard untyped.contains(type) else { return false }
        let path = key.prefix { $0 != UInt8(ascii: "?") }
        guard let dot = path.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return endings.contains(FieldList.lowercased(String(decoding: path[(dot + 1)...], as: UTF8.self)))
    }

    private static func isImageType(_ response: Fields) -> Bool {
        var isFirst = true
        var isImage = false
        response.eachValue(of: "Content-Type") { value, span in
            if isFirst { isImage = span.matches(value.prefix(6), lowercased: "image/") }
            isFirst = false
        }
        return isImage
    }

    private static let untyped: Set<String> = ["", "application/octet-stream", "binary/octet-stream"]
    private static let endings: Set<String> = [
        "apng", "avif", "bmp", "gif", "heic", "heif", "ico", "jfif", "jpe", "jpeg", "jpg", "jxl", "png", "svg", "svgz",
        "tif", "tiff", "webp",
    ]
}

// Value. The content types of files by extension, including those of other files on a web server's share.

/// Media types by file name.
enum ContentType {
    private static let byExtension: [String: String] = [
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "jpe": "image/jpeg", "jfif": "image/jpeg", "png": "image/png",
        "apng": "image/apng", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif",
        "svg": "image/svg+xml", "bmp": "image/bmp", "ico": "image/vnd.microsoft.icon", "tif": "image/tiff",
        "tiff": "image/tiff", "heic": "image/heic", "heif": "image/heif", "jxl": "image/jxl", "jp2": "image/jp2",
        "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "mov": "video/quicktime",
        "mp3": "audio/mpeg", "css": "text/css", "js": "text/javascript", "mjs": "text/javascript",
        "json": "application/json", "xml": "application/xml", "txt": "text/plain", "html": "text/html",
        "htm": "text/html", "pdf": "application/pdf", "woff": "font/woff", "woff2": "font/woff2",
    ]

    /// The media type of a file with this name; `application/octet-stream` for others.
    static func forFile(named name: FileName) -> String {
        guard let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")) else { return "application/octet-stream" }
        let ending = String(decoding: name.bytes[(dot + 1)...], as: UTF8.self)
        return byExtension[ending.lowercased()] ?? "application/octet-stream"
    }
}

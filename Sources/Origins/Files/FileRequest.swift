// Value. A request to a file origin, and the part of a file that it requests. Pure.

import HTTPMessage

/// A request to a file origin.
struct FileRequest: Sendable {
    /// How much of a file is requested.
    enum Wanted: Equatable {
        case whole
        case part(Range<Int64>)
        case unsatisfiable
    }

    let isHead: Bool
    let target: String
    let ifNoneMatch: String?
    let ifModifiedSince: String?
    let ifRange: String?
    private let range: String?

    init(_ request: OriginRequest, target: String) {
        isHead = request.method == "HEAD"
        self.target = target
        ifNoneMatch = request.fields.combined("If-None-Match")
        ifModifiedSince = request.fields.first("If-Modified-Since")
        // Range is defined only for GET (RFC 9110 §14.2).
        range = isHead ? nil : request.fields.combined("Range")
        ifRange = request.fields.combined("If-Range")
    }

    /// The requested part; the whole if several are requested: they would be a multipart body, of no use to a fill.
    ///
    /// - Parameters:
    ///   - size: Bytes of the file.
    ///   - validators: Those of the file, which If-Range may have to match.
    /// - Returns: The part to send.
    func range(of size: Int64, _ validators: FileValidators) -> Wanted {
        guard let range, validators.allowsRange(self) else { return .whole }
        switch ByteRanges.parse(range, length: size) {
        case .ignored: return .whole
        case .unsatisfiable: return .unsatisfiable
        case .ranges(let ranges):
            guard ranges.count == 1, let only = ranges.first else { return .whole }
            return .part(only.lowerBound..<only.upperBound + 1)
        }
    }

    /// The names in the target's path as in the file system: octets, decoded once.
    ///
    /// Nil for a path that no file can have: NUL, an encoded "/", "." or "..".
    var names: [FileName]? {
        let path = target.prefix { $0 != "?" }
        var names: [FileName] = []
        for part in path.split(separator: "/") {
            guard let name = PercentEncoding.decoded(part.utf8).flatMap({ FileName($0) }), !name.isDot, !name.isDotDot
            else {
                return nil
            }
            names.append(name)
        }
        // "/" and "/a/" name directories, which are never listed.
        if names.isEmpty || path.hasSuffix("/") { names.append(.dot) }
        return names
    }
}

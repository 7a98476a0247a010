// Value. What a request asks of a file origin, and which part of a file that is. Pure.

import HTTPMessage

/// A request to a file origin.
struct FileRequest: Sendable {
    /// How much of a file is asked for.
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
        // Range is defined for GET alone (RFC 9110 §14.2).
        range = isHead ? nil : request.fields.combined("Range")
        ifRange = request.fields.combined("If-Range")
    }

    /// The part that is asked for; the whole where several are: they would be a multipart body, of no use to a fill.
    ///
    /// - Parameters:
    ///   - size: Bytes of the file.
    ///   - validators: Those of the file, which If-Range may have to match.
    /// - Returns: What is to be sent.
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

    /// The names in the target's path as the file system has them: octets, decoded once.
    ///
    /// Nil for a path that no file has: NUL, an encoded "/", "." or "..".
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

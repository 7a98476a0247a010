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

    var isHead: Bool
    var target: String
    var ifNoneMatch: String?
    var ifModifiedSince: String?
    private var range: String?
    private var ifRange: String?

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
    func range(in file: OpenFile, modified: WallTime) -> Wanted {
        guard let range, isSame(file, modified: modified) else { return .whole }
        switch ByteRanges.parse(range, length: file.size) {
        case .ignored: return .whole
        case .unsatisfiable: return .unsatisfiable
        case .ranges(let ranges):
            guard ranges.count == 1, let only = ranges.first else { return .whole }
            return .part(only.lowerBound..<only.upperBound + 1)
        }
    }

    /// Whether If-Range, if there is one, is of this file: its entity tag, or exactly its date (RFC 9110 §13.1.5).
    private func isSame(_ file: OpenFile, modified: WallTime) -> Bool {
        guard let ifRange else { return true }
        return ifRange == file.entityTag || HTTPDate.parse(ifRange) == modified
    }
}

// Value. The frame of a multipart/byteranges body: the bytes before, between and after its parts (RFC 9110 §14.6).
//
// Made for responses with more than one range; the parts' bytes come from the store. Invariant: `length` is exactly the
// sum of heads, parts and end, so it can be sent as Content-Length.

/// The frame of a body of several ranges.
public struct MultipartRanges: Sendable, Equatable {
    /// The ranges in the order they are sent.
    public let ranges: [ClosedRange<Int64>]
    /// What separates the parts: at most 70 characters that do not occur in the bytes sent.
    public let boundary: String
    private let contentType: String?
    private let completeLength: Int64

    /// Makes the frame.
    ///
    /// - Parameters:
    ///   - ranges: The offsets of each part, both ends included.
    ///   - contentType: The Content-Type of the representation, or nil if it has none.
    ///   - completeLength: The length of the whole representation.
    ///   - boundary: What separates the parts; random, so that nobody can put it into a picture.
    public init(ranges: [ClosedRange<Int64>], contentType: String?, completeLength: Int64, boundary: String) {
        self.ranges = ranges
        self.contentType = contentType
        self.completeLength = completeLength
        self.boundary = boundary
    }

    /// The Content-Type of the response.
    public var responseContentType: String {
        "multipart/byteranges; boundary=\(boundary)"
    }

    /// The bytes before a part.
    ///
    /// - Parameter index: Which part, from 0.
    /// - Returns: The delimiter and the part's fields, empty line included.
    public func partHead(_ index: Int) -> [UInt8] {
        var bytes: [UInt8] = index == 0 ? [] : [ASCII.cr, ASCII.lf]
        bytes.append(contentsOf: "--\(boundary)\r\n".utf8)
        var fields = Fields()
        if let contentType {
            fields.append(name: "Content-Type", value: contentType)
        }
        let contentRange = ContentRange(range: ranges[index], completeLength: completeLength)
        fields.append(name: "Content-Range", value: contentRange.value)
        fields.write(into: &bytes)
        bytes.append(ASCII.cr)
        bytes.append(ASCII.lf)
        return bytes
    }

    /// The bytes after the last part.
    public var end: [UInt8] {
        Array("\r\n--\(boundary)--\r\n".utf8)
    }

    /// The length of the whole body; O(parts).
    public var length: Int64 {
        ranges.indices.reduce(Int64(end.count)) { sum, index in
            sum + Int64(partHead(index).count) + ranges[index].upperBound - ranges[index].lowerBound + 1
        }
    }
}

// Value. The range of revisions and numbers: none from elsewhere is so large that the next one has no place.

enum LogRevision {
    static let range: ClosedRange<Int64> = 0...(1 << 62)

    static func clamped(_ revision: Int64) -> Int64 { min(max(revision, range.lowerBound), range.upperBound) }
}

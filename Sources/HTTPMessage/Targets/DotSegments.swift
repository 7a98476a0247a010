// Value. Removes `.` and `..` from a path (RFC 3986 §5.2.4), and refuses paths that climb above the root.
//
// Part of TargetNormalization. Invariant: the path's percent-encoding is normal, so that a dot is a dot, %2F and %5C
// are the only spellings of an encoded separator, and a raw backslash does not occur.

enum DotSegments {
    /// The path without dot segments, or nil if it is refused.
    static func removed(from path: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(path.count + 16)
        var starts: [Int] = []
        var index = 0
        while index < path.count {
            // path[index] is the slash before a segment.
            var end = index + 1
            while end < path.count, path[end] != ASCII.slash {
                end += 1
            }
            let segment = path[(index + 1)..<end]
            let isLast = end == path.count
            switch kind(of: segment) {
            case .refused:
                return nil
            case .ordinary:
                starts.append(result.count)
                result.append(ASCII.slash)
                result.append(contentsOf: segment)
            case .current:
                if isLast {
                    result.append(ASCII.slash)
                }
            case .parent:
                guard let start = starts.popLast() else {
                    return nil
                }
                result.removeLast(result.count - start)
                if isLast {
                    result.append(ASCII.slash)
                }
            }
            index = end
        }
        return result
    }

    private enum Kind {
        case ordinary
        case current
        case parent
        case refused
    }

    private static func kind(of segment: ArraySlice<UInt8>) -> Kind {
        if segment.count <= 2, segment.allSatisfy({ $0 == ASCII.dot }) {
            return segment.isEmpty ? .ordinary : segment.count == 1 ? .current : .parent
        }
        return hidesParent(segment) ? .refused : .ordinary
    }

    /// Whether an origin that decodes %2F or %5C before it looks for segments would find a `..` here.
    private static func hidesParent(_ segment: ArraySlice<UInt8>) -> Bool {
        guard segment.contains(ASCII.percent) else {
            return false
        }
        var index = segment.startIndex
        var piece = 0
        var isDots = true
        while index < segment.endIndex {
            let isSeparator = isEncodedSeparator(segment, at: index)
            if isSeparator {
                if isDots, piece == 2 {
                    return true
                }
                piece = 0
                isDots = true
                index += 3
            } else {
                isDots = isDots && segment[index] == ASCII.dot
                piece += 1
                index += 1
            }
        }
        return isDots && piece == 2
    }

    private static func isEncodedSeparator(_ segment: ArraySlice<UInt8>, at index: Int) -> Bool {
        guard segment[index] == ASCII.percent, index + 2 < segment.endIndex else {
            return false
        }
        let high = segment[index + 1]
        let low = segment[index + 2]
        return (high == 0x32 && low == 0x46) || (high == 0x35 && low == 0x43)
    }
}

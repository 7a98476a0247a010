// Value. A parsed request head as offsets into the bytes it was parsed from; no heap.
//
// Made by RequestParser, read by the connection. Invariant: every range lies inside the parsed span. The head was
// accepted as a whole, so nobody need check the framing again. Valid only with the bytes it was parsed from.

/// A request head: the facts that a plain request needs at once, and the places of the rest.
public struct RequestHead: Sendable, Equatable {
    /// How the end of the body is found (RFC 9112 §6.3).
    public enum Framing: Sendable, Equatable {
        /// There is no body.
        case none
        /// The body has so many bytes; 0 if Content-Length says so.
        case length(UInt64)
        /// The body is in chunks, for `ChunkedDecoder`.
        case chunked
    }

    /// The method as far as a cache tells them apart.
    public var method: Method
    /// 0 or 1: what the client understands; a higher minor version counts as 1.
    public var minorVersion: UInt8
    /// Whether the connection stays open after this exchange (RFC 9112 §9.3).
    public var keepAlive: Bool
    /// Whether the client waits for 100 (Continue) before it sends its body (RFC 9110 §10.1.1).
    public var expectsContinue: Bool
    /// Which fields beyond the plain ones are there.
    public var marks: Marks
    /// How the end of the body is found.
    public var framing: Framing
    private var methodSlice: Slice
    private var targetSlice: Slice
    private var hostSlice: Slice
    private var fieldsSlice: Slice
    private var shapingSlice: Slice
    private var storedLength: UInt32

    /// Makes a head that has nothing yet; the parser fills it in.
    init() {
        method = .other
        minorVersion = 1
        keepAlive = true
        expectsContinue = false
        marks = []
        framing = .none
        methodSlice = Slice()
        targetSlice = Slice()
        hostSlice = Slice()
        fieldsSlice = Slice()
        shapingSlice = Slice()
        storedLength = 0
    }

    /// Where the method stands.
    public internal(set) var methodRange: Range<Int> {
        get { methodSlice.range }
        set { methodSlice = Slice(newValue) }
    }

    /// Where the path and query stand; empty, or only a query, if an absolute target has no path; `*` with `.asterisk`.
    public internal(set) var target: Range<Int> {
        get { targetSlice.range }
        set { targetSlice = Slice(newValue) }
    }

    /// Where the host and port stand: the authority of an absolute target, else the value of Host; empty when absent.
    public internal(set) var host: Range<Int> {
        get { hostSlice.range }
        set { hostSlice = Slice(newValue) }
    }

    /// Where the field lines stand, line ends included, the empty line not.
    public internal(set) var fieldsRange: Range<Int> {
        get { fieldsSlice.range }
        set { fieldsSlice = Slice(newValue) }
    }

    /// The place of the value that shapes the response to a hit: of If-None-Match, else of If-Modified-Since or Range;
    /// empty if the field is repeated.
    public internal(set) var shaping: Range<Int> {
        get { shapingSlice.range }
        set { shapingSlice = Slice(newValue) }
    }

    /// The bytes of the head, with the empty line at its end and one before its start if there was one.
    public internal(set) var length: Int {
        get { Int(storedLength) }
        set { storedLength = UInt32(truncatingIfNeeded: newValue) }
    }

    /// A range in eight bytes; heads are far below 4 GiB.
    private struct Slice: Sendable, Equatable {
        var start: UInt32 = 0
        var end: UInt32 = 0

        init() {}

        init(_ range: Range<Int>) {
            start = UInt32(truncatingIfNeeded: range.lowerBound)
            end = UInt32(truncatingIfNeeded: range.upperBound)
        }

        var range: Range<Int> {
            Int(start)..<Int(end)
        }
    }
}

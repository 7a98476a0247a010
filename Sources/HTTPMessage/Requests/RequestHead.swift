// value: a parsed request head as offsets into the bytes it was parsed from; no heap.
//
// Made by RequestParser, read by the connection. Invariant: every range lies inside the parsed span; the head was accepted
// as a whole, so whoever holds one need not check the framing again. Valid only with the bytes it was parsed from.

/// A request head: what a plain request needs at once, and where the rest stands.
public struct RequestHead: Sendable, Equatable {
    /// How the end of the body is found (RFC 9112 §6.3).
    public enum Framing: Sendable, Equatable {
        /// There is no body.
        case none
        /// The body has so many bytes; 0 where Content-Length says so.
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

    /// Where the path and query stand; empty, or a query alone, where an absolute target has no path; `*` with `.asterisk`.
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

    /// Where the value stands that shapes the answer to a hit: that of If-None-Match, or of If-Modified-Since or Range where
    /// neither of the others is there; empty where the field is repeated.
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

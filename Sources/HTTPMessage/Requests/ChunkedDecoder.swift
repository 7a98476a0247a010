// Value. The chunked transfer coding of a body, as a state machine over the bytes received (RFC 9112 §7.1).
//
// Owned by the connection, one for each body. It copies nothing: it reports which of the given bytes are body.
// Invariant: strict where requests could be smuggled: at most 16 hexadecimal digits of size, CR LF line ends;
// extensions and trailers are bounded and dropped.

/// Finds the body in a chunked message.
public struct ChunkedDecoder: Sendable {
    /// What the next bytes are.
    ///
    /// Offsets are those of the span given; the caller drops what is used up and comes again.
    public enum Step: Sendable, Equatable {
        /// All bytes up to `consumed` are used up; more are needed.
        case needsMore(consumed: Int)
        /// These bytes are body; everything up to their end is used up.
        case bytes(Range<Int>)
        /// The body and its trailers end at `consumed`; what follows is the next request.
        case end(consumed: Int)
        /// Not chunked: respond with 400 and close.
        case refused(Refusal)
    }

    /// Why a chunked body is refused; the raw value is the label in log and counter.
    public enum Refusal: String, Sendable, CaseIterable {
        /// No hexadecimal digit, too many, or something else after the size.
        case badChunkSize
        /// An extension holds a control byte.
        case badExtension
        /// The extensions of one body are over the limit.
        case extensionsTooLong
        /// A chunk's bytes are not followed by CR LF, or a line end is not CR LF.
        case badLineEnd
        /// A trailer holds a control byte or starts with a blank or colon.
        case badTrailer
        /// The trailers are over the limit.
        case trailersTooLong
    }

    /// Bytes of extensions a body may have: nothing uses them but attacks.
    public static let extensionLimit = 4096
    /// Bytes of trailers a body may have; they are dropped.
    public static let trailerLimit = 8192

    private enum State: Sendable, Equatable {
        case size(digits: Int)
        case blankAfterSize
        case extensions(quoted: Bool)
        case sizeLF
        case data
        case dataCR
        case dataLF
        case trailerStart
        case trailerName
        case trailer
        case trailerLF
        case endLF
        case done
        case failed(Refusal)
    }

    private var state = State.size(digits: 0)
    private var remaining: UInt64 = 0
    private var extensionBytes = 0
    private var trailerBytes = 0

    /// Bytes of the trailer section used up so far, its line ends and the empty line that ends the body included.
    public var trailerLength: Int { trailerBytes + (state == .done ? 1 : 0) }

    /// Makes a decoder at the start of a body.
    public init() {}

    /// Looks at the next bytes of the message.
    ///
    /// - Parameter span: Bytes not yet used up; may be empty.
    /// - Returns: What they are.
    public mutating func decode(_ span: RawSpan) -> Step {
        var index = 0
        while true {
            switch state {
            case .done: return .end(consumed: index)
            case .failed(let refusal): return .refused(refusal)
            default: break
            }
            guard index < span.byteCount else {
                return .needsMore(consumed: index)
            }
            if state == .data {
                let length = Int(min(remaining, UInt64(span.byteCount - index)))
                remaining -= UInt64(length)
                if remaining == 0 {
                    state = .dataCR
                }
                return .bytes(index..<index + length)
            }
            state = next(span[index])
            index += 1
        }
    }

    private mutating func next(_ byte: UInt8) -> State {
        switch state {
        case .size(let digits): size(byte, digits: digits)
        case .blankAfterSize, .extensions: extensions(byte)
        case .sizeLF: byte != ASCII.lf ? .failed(.badLineEnd) : remaining == 0 ? .trailerStart : .data
        case .dataCR: byte == ASCII.cr ? .dataLF : .failed(.badLineEnd)
        case .dataLF: byte == ASCII.lf ? .size(digits: 0) : .failed(.badLineEnd)
        case .trailerStart, .trailerName, .trailer, .trailerLF: trailer(byte)
        case .endLF: byte == ASCII.lf ? .done : .failed(.badLineEnd)
        case .data, .done, .failed: state
        }
    }

    private mutating func size(_ byte: UInt8, digits: Int) -> State {
        if let value = ASCII.hexValue(byte) {
            guard digits < 16 else {
                return .failed(.badChunkSize)
            }
            remaining = digits == 0 ? UInt64(value) : remaining << 4 | UInt64(value)
            // Sizes are added up as signed numbers from here on.
            return remaining <= UInt64(Int64.max) ? .size(digits: digits + 1) : .failed(.badChunkSize)
        }
        guard digits > 0 else {
            return .failed(.badChunkSize)
        }
        switch byte {
        case ASCII.cr: return .sizeLF
        case ASCII.semicolon: return .extensions(quoted: false)
        case ASCII.space, ASCII.tab: return .blankAfterSize
        default: return .failed(.badChunkSize)
        }
    }

    private mutating func extensions(_ byte: UInt8) -> State {
        extensionBytes += 1
        guard extensionBytes <= Self.extensionLimit else {
            return .failed(.extensionsTooLong)
        }
        if case .extensions(let quoted) = state {
            if byte == ASCII.cr {
                return quoted ? .failed(.badExtension) : .sizeLF
            }
            guard ASCII.isFieldValue(byte) else {
                return .failed(.badExtension)
            }
            return .extensions(quoted: byte == ASCII.quote ? !quoted : quoted)
        }
        // Blanks before an extension are bad whitespace, which is to be accepted (RFC 9112 §7.1.1).
        guard !ASCII.isBlank(byte) else {
            return .blankAfterSize
        }
        return byte == ASCII.semicolon ? .extensions(quoted: false) : .failed(.badChunkSize)
    }

    private mutating func trailer(_ byte: UInt8) -> State {
        trailerBytes += 1
        guard trailerBytes <= Self.trailerLimit else {
            return .failed(.trailersTooLong)
        }
        switch state {
        case .trailerStart where byte == ASCII.cr:
            return .endLF
        case .trailerStart:
            return ASCII.isToken(byte) ? .trailerName : .failed(.badTrailer)
        case .trailerName:
            return ASCII.isToken(byte) ? .trailerName : byte == ASCII.colon ? .trailer : .failed(.badTrailer)
        case .trailer where byte == ASCII.cr:
            return .trailerLF
        case .trailer:
            return ASCII.isFieldValue(byte) ? .trailer : .failed(.badTrailer)
        default:
            return byte == ASCII.lf ? .trailerStart : .failed(.badLineEnd)
        }
    }
}

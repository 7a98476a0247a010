// A value. Which shelf a response is kept on, by the size of its body.

/// The three shelves by size: small pictures are not pushed out by large ones, nor compete with them byte for byte.
///
/// The bounds and shares are from the simulations in the design (§1): 0.278 object and 0.431 byte miss ratio.
public enum SizeClass: Int, Sendable, CaseIterable {
    /// Bodies up to 16 kB.
    case small
    /// Bodies up to 48 kB.
    case medium
    /// Larger bodies.
    case large

    /// The class of a body.
    init(bodyLength: Int64) {
        switch bodyLength {
        case ...16_000: self = .small
        case ...48_000: self = .medium
        default: self = .large
        }
    }

    /// The share of the space for volumes, in percent.
    var share: Int64 {
        switch self {
        case .small, .medium: 30
        case .large: 40
        }
    }
}

// Value. How one fill ended, for `explain`.

package import HTTPMessage
package import Origins

/// What one fill came to.
package struct FillRecord: Sendable {
    /// How a fill ended.
    package enum Outcome: Sendable, Equatable {
        /// Its answer was stored.
        case stored
        /// The origin answered 304: the stored response is still good.
        case freshened
        /// Its answer was passed on and not stored, for a reason.
        case notStored(String)
        /// No origin answered, or the body broke off.
        case failed(OriginError.Kind)
    }

    /// The hash of its key.
    let keyHash: UInt64
    /// When it ended.
    package let endedAt: WallTime
    /// Whether it asked if a stored response is still good.
    package let isValidation: Bool
    /// The status of the answer; nil where there was none.
    package let status: Int?
    /// How it ended.
    package let outcome: Outcome
    /// The origins that it asked, in order.
    package let tried: [OriginAttempt]
}

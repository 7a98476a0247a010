// Value. A setting's row in the reference and in listings.

/// A setting as documentation shows it.
package struct SettingDescription: Sendable, Equatable {
    /// Where it stands in the file: `cache.max_size`, `origins[].url`.
    package let path: String
    /// The kind of value, such as `size`, `duration` or `path`.
    package let kind: String
    /// The value of a file that does not say; `required` if every file must.
    package let defaultText: String
    /// The values that are allowed; empty if the kind says all.
    package let range: String
    /// Whether a reload takes a new value over; otherwise larder must be restarted.
    package let isReloadable: Bool
    /// What it does, in one sentence.
    package let summary: String
}

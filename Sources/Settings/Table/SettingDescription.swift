// Value. A setting's row in the reference and in listings.

/// A setting as documentation shows it.
package struct SettingDescription: Sendable, Equatable {
    /// Where it stands in the file: `cache.max_size`, `origins[].url`.
    package let path: String
    /// The kind of value, such as `size`, `duration` or `path`.
    package let kind: String
    /// The default; `required` if every file must have the setting.
    package let defaultText: String
    /// The allowed values; empty if the kind says all.
    package let range: String
    /// Whether a reload applies a new value; otherwise larder must be restarted.
    package let isReloadable: Bool
    /// What it does, in one sentence.
    package let summary: String
}

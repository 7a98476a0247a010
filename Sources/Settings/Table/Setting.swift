// Value. One row of the table of settings: it reads, shows, compares and describes a setting of a subject (the whole
// configuration, an origin, the access log). All code that needs the list of settings uses these rows.

/// A setting of a subject.
struct Setting<Subject: Sendable>: Sendable {
    /// Its place within its subject: `cache.max_size`, `url`.
    let name: String
    let description: SettingDescription
    /// Reads the entry into the subject, or reports why not.
    let read: @Sendable (Entry, inout Subject, inout Findings) -> Void
    /// The value as it would be written in the file.
    let text: @Sendable (Subject) -> String
    /// Whether the setting differs between two subjects.
    var differs: @Sendable (Subject, Subject) -> Bool
    /// Copies the value of the first subject into the second.
    let copy: @Sendable (Subject, inout Subject) -> Void

    /// The same setting, seen from the value that contains the subject.
    func lifted<Outer: Sendable>(_ slot: any WritableKeyPath<Outer, Subject> & Sendable) -> Setting<Outer> {
        Setting<Outer>(
            name: name,
            description: description,
            read: { entry, outer, findings in read(entry, &outer[keyPath: slot], &findings) },
            text: { text($0[keyPath: slot]) },
            differs: { differs($0[keyPath: slot], $1[keyPath: slot]) },
            copy: { copy($0[keyPath: slot], &$1[keyPath: slot]) }
        )
    }
}

/// Makes the rows of one subject, with the subject's initial values as defaults.
struct Rows<Subject: Sendable>: Sendable {
    /// How a changed setting takes effect.
    enum Change: Sendable {
        case reload
        case restart
    }

    /// A subject of initial values.
    let sample: Subject
    /// The prefix of the names in documentation, such as `origins[].` (with the dot).
    let prefix: String

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - name: The setting's place within its subject.
    ///   - slot: Where its value is kept.
    ///   - form: How its value is read and shown.
    ///   - change: How a changed value takes effect.
    ///   - summary: What it does, in one sentence.
    ///   - shown: What documentation says instead of the initial value.
    /// - Returns: The row.
    func callAsFunction<Value: Equatable & Sendable>(
        _ name: String,
        _ slot: any WritableKeyPath<Subject, Value> & Sendable,
        _ form: Form<Value>,
        _ change: Change,
        _ summary: String,
        default shown: String? = nil
    ) -> Setting<Subject> {
        Setting(
            name: name,
            description: SettingDescription(
                path: prefix + name,
                kind: form.kind,
                defaultText: shown ?? form.text(sample[keyPath: slot]),
                range: form.range,
                isReloadable: change == .reload,
                summary: summary
            ),
            read: { entry, subject, findings in
                guard let value = form.parse(entry, &findings) else { return }
                subject[keyPath: slot] = value
            },
            text: { form.text($0[keyPath: slot]) },
            differs: { $0[keyPath: slot] != $1[keyPath: slot] },
            copy: { $1[keyPath: slot] = $0[keyPath: slot] }
        )
    }
}

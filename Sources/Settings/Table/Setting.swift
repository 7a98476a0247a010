// Value. One row of the table of settings: it reads, shows, compares and describes a setting of a subject (the whole
// configuration, an origin, the access log). All code that needs the list of settings uses these rows.

/// A setting of a subject.
struct Setting<Subject: Sendable>: Sendable {
    /// Where it stands within its subject: `cache.max_size`, `url`.
    let name: String
    let description: SettingDescription
    /// Reads the entry into the subject, or reports why not.
    let read: @Sendable (Entry, inout Subject, inout Findings) -> Void
    /// The value as the file would say it.
    let text: @Sendable (Subject) -> String
    /// Whether the setting has other values in the two.
    var differs: @Sendable (Subject, Subject) -> Bool
    /// Takes the value of the first over into the second.
    let copy: @Sendable (Subject, inout Subject) -> Void

    /// The same setting of what contains the subject.
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
    /// What a change of a setting takes.
    enum Change: Sendable {
        case reload
        case restart
    }

    /// A subject of initial values.
    let sample: Subject
    /// What documentation puts in front of the names, such as `origins[].` (with the dot).
    let prefix: String

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - name: Where the setting stands within its subject.
    ///   - slot: Where its value is kept.
    ///   - form: How its value is read and shown.
    ///   - change: What a change takes.
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

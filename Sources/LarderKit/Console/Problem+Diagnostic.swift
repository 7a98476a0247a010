// Value. A problem of a configuration file in the form of a compiler's diagnostic.

package import Settings

extension Problem {
    /// `FILE:LINE:COLUMN: SETTING: message; expected …`: editors find the place by it.
    package var diagnostic: String {
        let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
        let subject = path.isEmpty ? "" : " \(path):"
        let end = expected.isEmpty ? "" : "; expected \(expected)"
        return "\(file)\(place):\(subject) \(message)\(end)"
    }
}

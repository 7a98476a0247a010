// Value. URLs of tests' origins, read as the configuration's are.

package import HTTPMessage
import Settings

extension OriginURL {
    /// Reads a URL; traps where it is none, since a test's text is at fault then.
    package init(test text: String) {
        guard let url = try? OriginURL(text) else { preconditionFailure("a test's origin has no URL: \(text)") }
        self = url
    }
}

// Stateless. What the environment asks of tests that can run for longer.

import Glibc

/// Numbers from the environment.
package enum Environment {
    /// A number; nil where the variable is not set, or no number.
    package static func number(_ name: String) -> Int? {
        // because getenv answers a C string that is copied at once
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe Int(String(cString: text))
    }
}

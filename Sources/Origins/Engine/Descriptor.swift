// Shared. Owns one file descriptor; closes it when the last holder lets go.
// Invariant: the number is open as long as the object lives.

import Glibc

/// An open file descriptor.
final class Descriptor: Sendable {
    let number: Int32

    /// Takes over an open descriptor.
    init(owning number: Int32) {
        precondition(number >= 0, "a descriptor is not negative")
        self.number = number
    }

    deinit {
        close(number)
    }
}

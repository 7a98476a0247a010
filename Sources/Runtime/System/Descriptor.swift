// Values with one owner, and a shared one. An open file descriptor, which is closed when its only owner, or the last of
// several, lets it go.

import Glibc

/// An open file descriptor with one owner.
public struct Descriptor: ~Copyable, Sendable {
    public let number: Int32

    /// Takes over an open descriptor.
    public init(owning number: Int32) {
        precondition(number >= 0, "a descriptor is not negative")
        self.number = number
    }

    deinit { close(number) }
}

/// An open file descriptor with several owners.
public final class SharedDescriptor: Sendable {
    private let descriptor: Descriptor

    public var number: Int32 { descriptor.number }

    /// Takes over an open descriptor.
    public init(owning number: Int32) { descriptor = Descriptor(owning: number) }
}

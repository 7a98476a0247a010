// Value. The messages of other threads to the origin thread.

import HTTPMessage
import Runtime

/// One message to the origin thread.
enum Command: Sendable {
    case send(UInt64, OriginRequest, any OriginReceiver)
    case cancel(UInt64)
    case resume(UInt64)
    /// The content of a request (by its attempt) can be read again.
    case upload(UInt64)
    /// A thread of a file origin has completed a step for an attempt.
    indirect case file(UInt64, FileEvent)
    /// A thread of a file origin (by its index) has looked at its directory; nil if nothing is wrong with it.
    indirect case looked(Int, FileFinding?)
    case shutDown
}

/// The origin thread's mailbox.
typealias Commands = Mailbox<Command, EventCounter>

extension Commands {
    /// Commands that wait before the mailbox counts as full: the origin thread takes all of them many times a second.
    static var usualLimit: Int { 65_536 }
}

// Confined to the origin thread. The way in which one attempt reaches its origin: libcurl, a cleartext connection, or the file
// system.
//
// A transport calls its attempt: `connected`, then `receive` or `received` with the head, `deliver` with the body, and at the end
// `finished` or `end`. It keeps bytes that `deliver` refuses and offers them again after `resume`.

import NIOCore

/// What another thread sends to a transport.
enum TransportEvent {
    /// The sender of the request has more content.
    case contentReady
    /// A file thread has finished a step.
    case file(FileEvent)
}

/// Sends one request and receives its response.
protocol Transport: AnyObject {
    /// Sends the request; outside libcurl. The attempt may end at once.
    func start()

    /// Offers the bytes again that were refused; outside libcurl, and never after `stop`.
    func resume()

    /// Takes what another thread has sent.
    func handle(_ event: TransportEvent)

    /// Gives back what it holds, outside libcurl; it calls its attempt no more.
    func stop()
}

/// What becomes of bytes that a transport offers.
enum BodyFlow {
    /// Taken: offer more.
    case proceed
    /// Not taken: keep them until `resume`.
    case refused
    /// Not wanted any more: end with `Attempt.finished`.
    case stop
}

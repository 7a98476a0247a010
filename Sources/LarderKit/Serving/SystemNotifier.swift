// Value. Sends larder's state to systemd (sd_notify(3)): a datagram to the socket that $NOTIFY_SOCKET names, if it is
// set.

import Glibc
import NIOCore
import Runtime

struct SystemNotifier: Sendable {
    private let path: String?

    init() { path = Console.environment("NOTIFY_SOCKET").flatMap { $0.isEmpty ? nil : $0 } }

    /// The longest interval between two signs of life; nil if there is no watchdog, or it watches another process.
    var watchdogInterval: Duration? {
        guard let text = Console.environment("WATCHDOG_USEC"), let microseconds = Int64(text), microseconds > 0 else {
            return nil
        }
        if let text = Console.environment("WATCHDOG_PID"), text != "\(getpid())" { return nil }
        return .microseconds(microseconds)
    }

    func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    /// The stop begins; systemd waits at least this long for its end, whatever the unit says.
    func stopping(within time: Duration) {
        let microseconds = time.components.seconds * 1_000_000
        send("STOPPING=1\nSTATUS=finishing requests in progress\nEXTEND_TIMEOUT_USEC=\(microseconds)")
    }
    func alive() { send("WATCHDOG=1") }

    /// A reload begins; `ready` ends it.
    func reloading() {
        // NIO's clock is CLOCK_MONOTONIC, which systemd compares with.
        send("RELOADING=1\nMONOTONIC_USEC=\(NIODeadline.now().uptimeNanoseconds / 1000)")
    }

    private func send(_ state: String) {
        guard let path else { return }
        var name = Array(path.utf8)
        // An abstract socket is written with "@"; its address begins with a zero byte.
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        var address = sockaddr_un()
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        address.sun_family = sa_family_t(AF_UNIX)
        let size = socklen_t(MemoryLayout.size(ofValue: address) - MemoryLayout.size(ofValue: address.sun_path))
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = Array(state.utf8)
        // because the name fits as checked above, and every pointer is used inside its closure only, with its own size
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                let length = size + socklen_t(name.count)
                // because as above
                while unsafe sendto(descriptor, text, text.count, CInt(MSG_NOSIGNAL), pointer, length) < 0,
                    errno == EINTR
                {}
            }
        }
    }
}

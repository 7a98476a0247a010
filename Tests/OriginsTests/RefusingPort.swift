// Shared. A loopback port that refuses connections for as long as the test holds it: bound, so that no other server
// gets it, and not listening.

import Glibc
import TestSupport

final class RefusingPort: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        // because bind and getsockname get a whole address of this size, for the time of the call
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(socket, generic, size) == 0 ? getsockname(socket, generic, &size) : -1
            }
        }
        descriptor = socket
        port = Int(UInt16(bigEndian: address.sin_port))
        guard result == 0 else { throw TestError(.system, "no port to refuse connections") }
    }

    deinit {
        close(descriptor)
    }

    var url: String { "http://127.0.0.1:\(port)" }
}

// Stateless. The POSIX socket calls of the test kit, so that pointers are met in this file only. Descriptors are plain
// numbers here; whoever opened one closes it. All are close-on-exec: a child started by a test must not keep a port or
// a connection open.

import Glibc
import Runtime
import Synchronization

enum Socket {
    static let streamType = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

    static func failure(_ operation: String) -> TestError {
        let code = errno
        return TestError(.system, operation, errorNumber: code)
    }

    /// Opens a listening socket on 127.0.0.1; port 0 lets the system choose.
    static func listen(port: Int, backlog: Int32) throws -> Int32 {
        let descriptor = try bound(port: port)
        guard Glibc.listen(descriptor, backlog) == 0 else {
            let error = failure("listen on port \(port)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Opens a socket bound to a port of 127.0.0.1, beside others that are bound and not listening.
    static func bound(port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, streamType | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw failure("socket") }
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, to: 1)
        // because the address is valid for the call
        guard unsafe withLoopback(port, { address, size in unsafe bind(descriptor, address, size) }) == 0 else {
            let error = failure("bind port \(port)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Accepts one connection; nil says the listener is shut down.
    static func accept(_ listener: Int32) -> Int32? {
        while waitReadable([listener], within: .seconds(3_600)) != nil {
            let (descriptor, code) = inheritance.withLock { _ in
                let descriptor = Glibc.accept(listener, nil, nil)
                let code = errno
                if descriptor >= 0 { Pipe.closeOnExec(descriptor) }
                return (descriptor, code)
            }
            if descriptor >= 0 {
                set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, to: 1)
                return descriptor
            }
            switch code {
            case EINTR, EAGAIN, ECONNABORTED: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(1_000)
            default: return nil
            }
        }
        return nil
    }

    /// The local port of a bound socket.
    static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        // because getsockname writes a sockaddr, of which sockaddr_in is the IPv4 layout
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &size)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Calls the body with the address 127.0.0.1:port.
    static func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        // because the socket calls take a sockaddr, of which sockaddr_in is the IPv4 layout
        return unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Calls the body with the address of a Unix socket.
    static func withUnix(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        // because sun_path is imported as a tuple, and the socket calls take a sockaddr
        let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard bytes.count < room.count else { return false }
            unsafe room.copyBytes(from: bytes)
            return true
        }
        guard fits else { throw TestError(.system, "Unix socket path is too long: \(path)") }
        // because as above
        return unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Receives what is there, waiting for the first byte; empty at the end of the stream.
    static func receive(_ descriptor: Int32, atMost count: Int) throws -> [UInt8] {
        // because recv fills the array's own memory, and never beyond the count it is given
        try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while true {
                let received = unsafe recv(descriptor, buffer.baseAddress, count, 0)
                if received >= 0 {
                    filled = received
                    return
                }
                if errno == EINTR { continue }
                if errno == EAGAIN { throw TestError(.timeout, "nothing received within the receive timeout") }
                throw failure("recv")
            }
        }
    }

    /// Sends all the bytes.
    static func send(_ descriptor: Int32, _ bytes: some Collection<UInt8>) throws {
        let bytes = Array(bytes)
        // because send reads the array's own memory, from an offset that stays within it
        try unsafe bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
                let count = unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                if count < 0 {
                    if errno == EINTR { continue }
                    if errno == EAGAIN { throw TestError(.timeout, "the peer took nothing within the send timeout") }
                    throw failure("send")
                }
                sent += count
            }
        }
    }

    /// Sets an integer option.
    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, to value: Int32) {
        var value = value
        // because setsockopt takes untyped memory
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Bounds how long one receive and one send may wait.
    static func setTimeout(_ descriptor: Int32, _ timeout: Duration) {
        let parts = timeout.components
        var value = timeval(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
        let size = socklen_t(MemoryLayout<timeval>.size)
        // because setsockopt takes untyped memory
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &value, size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &value, size)
    }

    /// Makes the coming close a reset of the connection.
    static func resetOnClose(_ descriptor: Int32) {
        var value = linger(l_onoff: 1, l_linger: 0)
        // because setsockopt takes untyped memory
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// Waits until one of the descriptors can be read or is closed by its peer.
    /// - Parameters:
    ///   - descriptors: What to watch.
    ///   - timeout: How long to wait at most.
    /// - Returns: The first that is ready, or nil when the time is up.
    static func waitReadable(_ descriptors: [Int32], within timeout: Duration) -> Int32? {
        let deadline = ContinuousClock.now + timeout
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            let left = max(.zero, deadline - .now).components
            let milliseconds = left.seconds * 1_000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
            let slice = Int32(min(milliseconds, 60_000))
            let ready = unsafe poll(&entries, nfds_t(entries.count), slice)  // because poll fills the array in place
            if ready > 0 { return entries.first { $0.revents != 0 }?.fd }
            if ContinuousClock.now >= deadline { return nil }
        }
    }
}

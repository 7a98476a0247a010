// Stateless. Makes the sockets that listen on an address.

import CLinux
import Glibc
import NIOCore
import Settings

enum ListeningSocket {
    /// Binds an address and listens on it.
    ///
    /// Blocks where a host's name has to be looked up.
    /// - Parameters:
    ///   - address: Where.
    ///   - count: How many sockets: the kernel shares the connections out among them; those of a path are one under several
    ///     numbers.
    /// - Returns: The sockets, which do not block, and the address with the port that was bound.
    /// - Throws: What `bind` says: in use, not permitted, not available.
    static func make(_ address: ListenAddress, count: Int) throws -> (sockets: [Int32], bound: ListenAddress) {
        switch address {
        case .unix(let path):
            try removeLeftover(path)
            let target = try SocketAddress(unixDomainSocketPath: path)
            return (try copies(of: try make(target, mode: .alone), count: count), address)
        case .tcp(let host, let port):
            let first = try SocketAddress.makeAddressResolvingHost(host, port: port)
            // The first asks for the address alone, so that another process that has it is noticed; only then it is shared.
            var sockets = [try make(first, mode: count > 1 ? .first : .alone, isLoopback: address.isLoopback)]
            let bound = Int(clinux_port(sockets[0]))
            do {
                let shared = try SocketAddress(ipAddress: first.ipAddress ?? host, port: bound)
                for _ in 1..<max(1, count) {
                    sockets.append(try make(shared, mode: .further, isLoopback: address.isLoopback))
                }
            } catch {
                for socket in sockets { Glibc.close(socket) }
                throw error
            }
            return (sockets, .tcp(host: host, port: bound))
        }
    }

    private static func copies(of socket: Int32, count: Int) throws -> [Int32] {
        var sockets = [socket]
        while sockets.count < count {
            let copy = fcntl(socket, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else {
                let error = IOError(errnoCode: errno, reason: "dup")
                for socket in sockets { Glibc.close(socket) }
                throw error
            }
            sockets.append(copy)
        }
        return sockets
    }

    private enum Mode {
        case alone
        case first
        case further
    }

    private static func make(_ address: SocketAddress, mode: Mode, isLoopback: Bool = false) throws -> Int32 {
        let family = Int32(address.protocol.rawValue)
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(family, type, 0)
        guard socket >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        do {
            if family != AF_UNIX {
                try set(socket, SOL_SOCKET, SO_REUSEADDR)
                // Connections have it from the socket that took them.
                try set(socket, Int32(IPPROTO_TCP), TCP_NODELAY)
                if isLoopback { doWithoutPacing(socket) }
            }
            if mode == .further { try set(socket, SOL_SOCKET, SO_REUSEPORT) }
            // because the address and its length are valid for the call
            let result = unsafe address.withSockAddr { unsafe bind(socket, $0, socklen_t($1)) }
            guard result == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
            if mode == .first { try set(socket, SOL_SOCKET, SO_REUSEPORT) }
            guard listen(socket, backlog) == 0 else { throw IOError(errnoCode: errno, reason: "listen") }
            return socket
        } catch {
            Glibc.close(socket)
            throw error
        }
    }

    /// Connections that may wait to be taken; the kernel takes its own limit where that is lower.
    private static let backlog: Int32 = 4096

    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32) throws {
        var value: Int32 = 1
        // because the option and its size belong together
        let result = unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        guard result == 0 else { throw IOError(errnoCode: errno, reason: "setsockopt") }
    }

    /// Asks for Reno, for connections that no network carries.
    ///
    /// BBR, where it is the system's choice, costs a timer for every few packets of a large body, a quarter of its CPU time
    /// (decision 45). The kernel always has Reno.
    private static func doWithoutPacing(_ socket: Int32) {
        // because the text and its length belong together; without it, it is slower and nothing else
        unsafe "reno".utf8CString.withUnsafeBufferPointer {
            _ = unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_CONGESTION, $0.baseAddress, socklen_t($0.count - 1))
        }
    }

    /// Removes the socket of a larder that has ended; one that still takes connections is in use.
    private static func removeLeftover(_ path: String) throws {
        var status = stat()
        // because the call fills the struct it is given, and the text outlives it
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        let probe = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        defer { Glibc.close(probe) }
        let address = try SocketAddress(unixDomainSocketPath: path)
        var result: Int32
        repeat {
            // because the address and its length are valid for the call
            result = unsafe address.withSockAddr { unsafe connect(probe, $0, socklen_t($1)) }
        } while result != 0 && errno == EINTR
        guard result != 0 else { throw IOError(errnoCode: EADDRINUSE, reason: "bind") }
        unsafe unlink(path)  // because the text outlives the call
    }
}

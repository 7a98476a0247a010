// Stateless. System calls by which a connection ends.

import Glibc

enum SocketEnd {
    /// Sends the end of the output after everything that the kernel has; the input stays open.
    static func closeOutput(_ socket: Int32) { shutdown(socket, Int32(SHUT_WR)) }

    /// Has the next close reset the connection: what the kernel has not sent is dropped.
    static func resetAtClose(_ socket: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        // because the option and its size belong together
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, size)
    }
}

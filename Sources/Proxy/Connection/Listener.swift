// Loop-confined. Takes new connections, for one loop.
//
// Each loop has a socket of its own for an address, among which the kernel shares out connections (SO_REUSEPORT); a path
// has one socket, which all loops watch.

import CLinux
import Glibc
import Runtime

final class Listener: EventSource {
    var watched: WatchedSocket
    private let loopState: LoopState
    /// There was no descriptor for a connection: tried again a second later.
    private var mustRetry = false

    /// Connections taken in a row before others have their turn.
    private static let turn = 64

    /// Watches a socket that listens and does not block.
    init(_ descriptor: Int32, _ loopState: LoopState) {
        self.loopState = loopState
        watched = WatchedSocket(descriptor)
    }

    func handle(_ readiness: Readiness) { accept() }

    func resume() { accept() }

    /// About once a second.
    func check() { if mustRetry { accept() } }

    /// Takes no more.
    func close() { loopState.loop.close(self) }

    private func accept() {
        mustRetry = false
        var peer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
        for _ in 0..<Self.turn {
            guard descriptor >= 0 else { return }
            // because the call writes at most the length it is given, with a zero at its end
            let socket = unsafe clinux_accept(descriptor, &peer, UInt32(peer.count))
            if socket >= 0 {
                let text = String(decoding: peer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                loopState.welcome(ClientConnection(socket, peer: text.isEmpty ? "unix" : text, loopState))
                continue
            }
            switch errno {
            case EAGAIN: return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                loopState.counters.add(.limitDescriptors)
                mustRetry = true
                return
            default: continue  // The client has left already.
            }
        }
        loopState.loop.again(self)
    }
}

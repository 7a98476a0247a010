// Loop-confined. What the connections of one loop share: settings, scratch space, counters, the log's buffer, and the
// sweep that ends what took too long. One timer a loop, none a request.

import HTTPMessage
import Logging
import NIOCore
import Store
import Synchronization

final class LoopState {
    let loop: any EventLoop
    let proxy: ProxyCore
    let counters: Counters
    let allocator = ByteBufferAllocator()
    let store: Store
    var settings: ProxySettings
    var log: AccessLogBuffer?
    /// Room for a head's tail.
    var scratch: [UInt8] = []
    private(set) var isDraining = false
    private var connections: [ObjectIdentifier: ClientConnection] = [:]

    /// Makes the state of a loop; call it there.
    init(loop: any EventLoop, proxy: ProxyCore, counters: Counters, settings: ProxySettings) {
        self.loop = loop
        self.proxy = proxy
        self.counters = counters
        self.settings = settings
        store = proxy.store
        log = proxy.accessLog.map { AccessLogBuffer($0) }
        sweepRegularly()
    }

    /// Takes a connection in; false where there are too many, on all loops together.
    func add(_ connection: ClientConnection) -> Bool {
        connections[ObjectIdentifier(connection)] = connection
        return proxy.connections.add(1, ordering: .relaxed).newValue <= settings.connections
    }

    func remove(_ connection: ClientConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        proxy.connections.subtract(1, ordering: .relaxed)
    }

    /// Ends idle connections, and the others after their response.
    func drain() {
        isDraining = true
        // Copies: a connection that ends leaves the set.
        for connection in Array(connections.values) { connection.drain() }
    }

    /// Ends all connections at once.
    func closeAll() {
        for connection in Array(connections.values) { connection.close() }
    }

    // A second is fine for limits of many; it keeps the timers off the request path.
    private func sweepRegularly() {
        let box = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .seconds(1)) {
            let state = box.value
            let now = NIODeadline.now()
            for connection in Array(state.connections.values) { connection.check(now) }
            state.log?.flush()
            if !(state.isDraining && state.connections.isEmpty) { state.sweepRegularly() }
        }
    }
}

@available(*, unavailable)
extension LoopState: Sendable {}

// Loop-confined. What the connections of one loop share: settings, scratch space, counters, the log's buffer, and the
// sweep that ends what took too long. One timer a loop, none a request.

import Glibc
import HTTPMessage
import Logging
import NIOCore
import Runtime
import Store
import Synchronization

final class LoopState {
    let loop: Loop
    let proxy: ProxyCore
    let counters: Counters
    let store: Store
    let clock: Clock
    var settings: ProxySettings
    var log: AccessLogBuffer?
    /// Room for a head's tail.
    var scratch: [UInt8] = []
    /// Room for a record that is read from the page cache; who keeps any of it copies it.
    var record = ByteBuffer()
    /// What was read last; who keeps any of it copies it.
    var input = ByteBuffer()
    /// What was read from volumes in this second.
    var recent = RecentRecords()
    /// What the disk pool reads at the moment for hits of this loop.
    var diskReads = 0
    private var doorkeeper = Doorkeeper()
    /// What the last fill that began here needed.
    private var lastServices: FillServices?
    private(set) var isDraining = false
    private var listeners: [Listener] = []
    private var connections: [ObjectIdentifier: ClientConnection] = [:]

    /// Makes the state of a loop, before that is started.
    init(loop: Loop, proxy: ProxyCore, counters: Counters, settings: ProxySettings) {
        self.loop = loop
        self.proxy = proxy
        self.counters = counters
        self.settings = settings
        store = proxy.store
        clock = proxy.clock
        log = proxy.accessLog.map { AccessLogBuffer($0, clock: proxy.clock) }
        loop.onEverySecond { [unowned self] in sweep() }
    }

    /// Begins to serve a connection; turns it away if there are too many, on all loops together.
    func welcome(_ connection: ClientConnection) {
        counters.add(.connections)
        connections[ObjectIdentifier(connection)] = connection
        let count = proxy.connections.add(1, ordering: .relaxed).newValue
        guard loop.add(connection) else { return connection.close() }
        guard count <= settings.connections else {
            counters.add(.limitConnections)
            return OwnResponses.turnAway(connection)
        }
        if isDraining { connection.drain() }
    }

    func remove(_ connection: ClientConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        proxy.connections.subtract(1, ordering: .relaxed)
    }

    /// Takes connections of a socket that listens; false where the system cannot.
    func listen(on socket: Int32) -> Bool {
        let listener = Listener(socket, self)
        guard loop.add(listener) else { return false }
        listeners.append(listener)
        return true
    }

    /// Takes no more connections.
    func stopListening() {
        for listener in listeners { listener.close() }
        listeners = []
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
    private func sweep() {
        let now = Instant.now
        for listener in listeners { listener.check() }
        for connection in Array(connections.values) { connection.check(now) }
        log?.flush()
        recent.removeAll()
        store.probeReads()
    }

    /// Whether a response that was just read from its volume gets a copy in memory.
    func wantsInMemory(_ entry: CatalogEntry) -> Bool {
        // Always asked: it notes what was read.
        let isAdmitted = doorkeeper.admits(entry.hash)
        return isAdmitted || store.hasRoomInMemory(for: entry)
    }

    /// What a fill that begins here, for a request of a route, needs.
    func fillServices(_ route: Route) -> FillServices {
        if let lastServices, lastServices.route === route, lastServices.settings === settings { return lastServices }
        let services = FillServices(proxy, self, route)
        lastServices = services
        return services
    }

    // MARK: Reading

    enum Read {
        /// Bytes are in `input`; whether they were all that there were.
        case bytes(isAll: Bool)
        case nothing
        case end
        case broken
    }

    private static let readLength = 32 << 10

    /// Reads what a socket has, up to a bound, over what is in `input`.
    func read(from socket: Int32) -> Read {
        input.clear()
        var count = 0
        // because the kernel writes at most `readLength` bytes into room of at least that size
        unsafe input.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.readLength) { room in
            repeat {
                count = unsafe recv(socket, room.baseAddress, Self.readLength, 0)
            } while count < 0 && errno == EINTR
            return max(0, count)
        }
        if count > 0 { return .bytes(isAll: count < Self.readLength) }
        if count == 0 { return .end }
        return errno == EAGAIN ? .nothing : .broken
    }
}

@available(*, unavailable)
extension LoopState: Sendable {}

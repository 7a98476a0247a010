// Owned by one at a time: first by the request that leads, then by the fill.
//
// The right and the duty to fill a key. `FillTable.join` makes it; its end is the only way out of the table. A permit that
// is dropped ends as well, so nobody waits for a fill that will never start.

struct FillPermit: ~Copyable, Sendable {
    private let table: FillTable
    private let key: FillTable.Key
    private let fill: ObjectIdentifier
    /// The fill while it has not started: its followers look at the store again when the permit ends.
    private var waiting: Fill?
    private var holdsRoom = true

    /// Makes the permit of a fill that is in the table and counted there.
    init(_ table: FillTable, _ key: FillTable.Key, _ fill: Fill) {
        self.table = table
        self.key = key
        self.fill = ObjectIdentifier(fill)
        waiting = fill
    }

    /// The fill has started: from now on it is the fill that ends its followers' wait.
    mutating func begin() { waiting = nil }

    /// The fill has its whole response: another may begin, although the store may still have to write this one.
    mutating func leaveRoom() {
        guard holdsRoom else { return }
        holdsRoom = false
        table.giveRoomBack()
    }

    /// Takes the fill out of the table.
    ///
    /// Takes the lock of one shard: not called under a fill's lock.
    consuming func end() {}

    deinit {
        if holdsRoom { table.giveRoomBack() }
        table.remove(fill, of: key)
        waiting?.abandon()
    }
}

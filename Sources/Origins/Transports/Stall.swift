// Value. Progress of a body within one window of `stallTimeout`. A rate rather than silence is judged, or an origin
// that drips a byte a second would hold its place, and everybody who waits for the picture, for hours.

import Runtime

/// What came in one window.
struct Stall: Equatable {
    /// The least bytes a second.
    static let floor = 100

    private var bytes = 0
    /// Whether the window cannot be judged, because we kept the origin waiting.
    var isExcused = false

    mutating func count(_ bytes: Int) {
        self.bytes += bytes
    }

    /// Whether enough came for a window of this length.
    func isEnough(for window: Duration) -> Bool {
        bytes >= max(1, window.milliseconds * Self.floor / 1000)
    }
}

// Shared. The running figures of one origin; written by the origin thread, read by any.

import HTTPMessage
import Runtime
import Synchronization

/// Counts the events of one origin.
final class OriginCounters: Sendable {
    let url: String
    private let figures: Lock<OriginStatistics>

    init(_ settings: OriginSettings) {
        url = settings.url.text
        var figures = OriginStatistics(url: settings.url.text)
        figures.isAuthoritative = settings.isAuthoritative
        self.figures = Lock(figures)
    }

    func snapshot() -> OriginStatistics {
        figures.withLock { $0 }
    }

    func update(_ change: (inout OriginStatistics) -> Void) {
        figures.withLock { change(&$0) }
    }

    /// Counts a response's head.
    func answered(_ status: Int, after duration: Duration) {
        update { figures in
            figures.firstByte.record(duration)
            if status == 404 || status == 410 { figures.notFound += 1 }
            if status >= 500 { figures.serverErrors += 1 }
        }
    }
}

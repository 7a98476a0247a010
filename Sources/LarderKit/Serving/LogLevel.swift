// Shared. The least severe level that is logged; a reload changes it for every logger at once.

import Logging
import Runtime
package import Settings
import Synchronization

package final class LogLevel: Sendable {
    private let level: Lock<Logger.Level>

    package init(_ level: Configuration.Log.Level) { self.level = Lock(Self.level(level)) }

    var current: Logger.Level { level.withLock { $0 } }

    func set(_ new: Configuration.Log.Level) { level.withLock { $0 = Self.level(new) } }

    private static func level(_ level: Configuration.Log.Level) -> Logger.Level {
        switch level {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}

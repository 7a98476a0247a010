// Value. The settings of larder's own log, which goes to standard error.

extension Configuration {
    /// The settings of larder's own log.
    package struct Log: Sendable, Equatable {
        /// The least severe messages that are written; the raw value is swift-log's name of the level.
        package enum Level: String, Sendable, CaseIterable {
            /// Every step.
            case trace
            /// Decisions.
            case debug
            /// Occasional events while serving.
            case info
            /// Starting, stopping, reloading.
            case notice
            /// Degraded, but serving.
            case warning
            /// An operator must act.
            case error
            /// larder cannot continue.
            case critical
        }

        /// The least severe messages that are written.
        package var level = Level.notice

        /// Makes the default settings.
        package init() {}
    }
}

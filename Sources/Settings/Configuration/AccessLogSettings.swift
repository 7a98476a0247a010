// Value. The settings of the access log, which has one line for each request.

extension Configuration {
    /// The settings of the access log.
    package struct AccessLogSettings: Sendable, Equatable {
        /// The form of a line.
        package enum Format: String, Sendable, CaseIterable {
            /// The combined log format of Apache and nginx.
            case combined
            /// One JSON object on each line.
            case json
        }

        /// The absolute path of the file, or `-` for standard output.
        package var path: String
        /// The form of a line.
        package var format = Format.combined
        /// The bytes of lines that are collected before they are written.
        package var buffer: Int64 = 65_536

        /// Makes an access log with default settings.
        ///
        /// - Parameter path: The file, or `-` for standard output.
        package init(path: String) {
            self.path = path
        }
    }
}

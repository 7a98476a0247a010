// Value. The rows of the access log, which has a table of its own because it may be absent.

extension Table {
    static func makeAccessLog() -> [Setting<Configuration.AccessLogSettings>] {
        let row = Rows(sample: sampleAccessLog, prefix: "access_log.")
        return [
            row(
                "path",
                \.path,
                .path(except: "-"),
                .restart,
                "The file or named pipe, or `-` for standard output.",
                default: "required"
            ),
            row("format", \.format, .anyCase, .restart, "The format of a line."),
            row(
                "buffer",
                \.buffer,
                .size(0...16 << 20),
                .restart,
                "How many bytes of lines are collected before they are written, at the latest after a second; with `0` each line is written at once."
            ),
        ]
    }
}

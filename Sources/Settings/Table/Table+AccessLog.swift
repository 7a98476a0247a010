// value
// The rows of the access log, which has a table of its own because it may be absent.

extension Table {
    static func makeAccessLog() -> [Setting<Configuration.AccessLog>] {
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
            row("format", \.format, .anyCase, .restart, "The form of a line."),
            row(
                "buffer",
                \.buffer,
                .size(0...16 << 20),
                .restart,
                "The bytes of lines that are gathered before they are written; they are written after a second in any case, and each at once with `0`."
            ),
        ]
    }
}

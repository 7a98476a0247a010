// The values of the log.

import Fleet
import Testing

@Suite("The log's values")
struct LogValueTests {
    @Test("a log is the same only where cluster and identity are")
    func identity() {
        let log = LogIdentity(cluster: "1", identity: "a")
        #expect(log == LogIdentity(cluster: "1", identity: "a"))
        #expect(log != LogIdentity(cluster: "2", identity: "a"))
        #expect(log != LogIdentity(cluster: "1", identity: "b"))
    }
}

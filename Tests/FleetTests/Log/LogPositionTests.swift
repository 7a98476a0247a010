// Positions as the store keeps them.

import Fleet
import Testing

@Suite("Positions in the log")
struct LogPositionTests {
    private static let position = LogPosition(
        log: LogIdentity(cluster: "14841639068965178418", identity: "0123456789abcdef0123456789abcdef"),
        number: 4_182,
        revision: 90_001,
        record: 89_999,
        id: "deploy-1.2~2"
    )

    @Test("a position is read as it was kept, in a few hundred bytes")
    func roundTrip() {
        #expect(LogPosition(decoding: Self.position.encoded) == Self.position)
        #expect(Self.position.encoded.count < 300)
        let empty = LogPosition(log: LogIdentity(cluster: "", identity: ""), number: 0, revision: 0, record: 0, id: "")
        #expect(LogPosition(decoding: empty.encoded) == empty)
    }

    @Test(
        "what is no position is none",
        arguments: [
            "", "null", "{}", #"{"cluster":"a","identity":"b","number":-1,"revision":1,"record":1,"id":""}"#,
            #"{"cluster":"a","identity":"b","number":1,"revision":9223372036854775807,"record":1,"id":""}"#,
            #"{"cluster":"a","identity":"b","number":1.5,"revision":1,"record":1,"id":""}"#,
            #"{"cluster":"a","identity":"b","number":1,"revision":1,"record":1}"#,
        ]
    )
    func refusal(text: String) { #expect(LogPosition(decoding: Array(text.utf8)) == nil) }

    @Test("a cut position is none")
    func cut() {
        let bytes = Self.position.encoded
        for count in 0..<bytes.count { #expect(LogPosition(decoding: Array(bytes.prefix(count))) == nil) }
    }

    @Test("what etcd says is kept within bounds")
    func bounds() {
        let long = String(repeating: "x\u{301}", count: 100_000)
        let end = LogEnd(
            log: LogIdentity(cluster: long, identity: long),
            number: .max,
            revision: .max,
            record: -1,
            id: long
        )
        #expect(end.position.encoded.count < 2_000)
        #expect(LogPosition(decoding: end.position.encoded) == end.position)
        #expect(end.id.isEmpty && end.record == 0)
    }
}

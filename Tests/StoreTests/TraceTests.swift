// Stateless. Traces and access logs as text.

import Testing

@testable import Store

@Suite("larder simulate: traces and access logs")
struct TraceTests {
    private func read(
        _ text: String,
        _ format: TraceReader.Format = .table,
        piece: Int = 1 << 20
    ) throws -> [TraceRequest] {
        var reader = TraceReader(format)
        let bytes = Array(text.utf8)
        var found: [TraceRequest] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            found += try reader.read(Array(bytes[start..<min(start + piece, bytes.count)]))
        }
        found += try reader.finish()
        #expect(reader.requests == found.count)
        return found
    }

    @Test(
        "time,key,size: a heading, commas in keys, CR LF, empty lines, no line break at the end",
        arguments: [1, 7, 4096]
    )
    func table(piece: Int) throws {
        let found = try read("time,key,size\n1,/a.jpg,10\r\n\n2.5,/b,c.jpg,0\n3,/a.jpg,10", piece: piece)
        #expect(found.map(\.length) == [10, 0, 10])
        #expect(found.map(\.keyLength) == [6, 8, 6])
        #expect(found[0].hash == found[2].hash && found[0].hash != found[1].hash)
    }

    @Test("a line is bytes: a byte order mark before the first is skipped, and only LF ends one", arguments: [1, 4096])
    func bytes(piece: Int) throws {
        let found = try read("\u{FEFF}1,/a\u{2028}b\u{85}c.jpg,10\n2,/ d ,5", piece: piece)
        #expect(found.map(\.length) == [10, 5] && found.map(\.keyLength) == [13, 4])
    }

    private static let mistakes: [(text: String, line: Int, words: String)] = [
        ("1,/a,5\n/a 5\n", 2, "is not time,key,size"), ("1,5\n", 1, "is not time,key,size"),
        ("1,/a,5\nnow,/a,5\n", 2, "time that is not a number"), ("1,,5\n", 1, "has no key"),
        ("1,/a,-5\n", 1, "size that is not"), ("1,/a,5kB\n", 1, "size that is not"), ("1,/a,\n", 1, "size that is not"),
        ("1,/a,1099511627777\n", 1, "size that is not"), ("1,/a,99999999999999999999\n", 1, "size that is not"),
        ("time,key,size\n1,/a,1\ntime,key,size\n", 3, "time that is not a number"),
        (String(repeating: "x", count: 70_000), 1, "longer than 64 KiB"),
    ]

    @Test("what is no trace names its line and what is expected", arguments: mistakes)
    func mistake(text: String, line: Int, words: String) {
        #expect {
            _ = try read(text, piece: 4096)
        } throws: { error in
            (error as? TraceError)?.line == line && "\(error)".contains(words)
        }
    }

    private static let combined = #"10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "#

    @Test(
        "lines of access logs",
        arguments: [
            (combined + #""GET /a.jpg HTTP/1.1" 200 5000 "-" "curl""#, 6, 5_000),
            (combined + #""GET /a\"b.jpg HTTP/1.1" 200 5 "http://x/" "a \"b\"""#, 9, 5),
            (
                #"{"time":"2026-01-01T00:00:00Z","client":"::1","method":"GET","target":"/a.jpg","host":"h","#
                    + #""version":"1.1","status":200,"bytes":70,"seconds":0.001,"cache":"hit","origin":null,"#
                    + #""referer":null,"user_agent":"\"status\":404"}"#, 6, 70
            ), (combined + #""HEAD /a.jpg HTTP/1.1" 200 0 "-" "curl""#, nil, 0),
            (combined + #""GET /a.jpg HTTP/1.1" 304 0 "-" "curl""#, nil, 0),
            (combined + #""GET /a.jpg HTTP/1.1" 206 100 "-" "curl""#, nil, 0),
            (combined + #""\x16\x03" 400 150 "-" "-""#, nil, 0), ("nonsense", nil, 0), ("{}", nil, 0), ("\"", nil, 0),
            (#"{"method":"GET"#, nil, 0), (combined + #""GET /a.jpg HTTP/1.1""#, nil, 0),
        ] as [(String, Int?, Int64)]
    )
    func log(line: String, keyLength: Int?, length: Int64) throws {
        let found = try read(line + "\n", .accessLog)
        #expect(found.map(\.keyLength) == (keyLength.map { [$0] } ?? []))
        #expect(found.allSatisfy { $0.length == length })
    }

    @Test("the summary of many keys is an estimate in bounded memory, of few it is exact")
    func summary() throws {
        var few = TraceSummary()
        for request in try read("1,/a,10\n2,/b,20\n3,/a,10\n") { few.count(request) }
        #expect(few.requests == 3 && few.bytes == 40 && few.pictures == 2 && few.pictureBytes == 30 && !few.isEstimate)
        var many = TraceSummary()
        let text = (1...300_000).map { "1,/\($0),100" }.joined(separator: "\n")
        for request in try read(text) { many.count(request) }
        #expect(many.isEstimate && abs(many.pictures - 300_000) < 6_000)
        #expect(many.pictureBytes == Int64(many.pictures) * 100)
    }
}

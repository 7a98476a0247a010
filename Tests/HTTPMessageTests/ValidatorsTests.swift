// Value. Which responses are of one version, so that their bytes may be joined.

import HTTPMessage
import Testing

private let old = "Mon, 01 Jan 2024 00:00:00 GMT"
private let second = "Mon, 01 Jan 2024 00:00:01 GMT"
private let later = "Tue, 03 Nov 2026 10:00:00 GMT"

/// The validators of a head with a field a line.
private func validators(_ head: String, length: Int64? = 100, isDateOfBytes: Bool = true) -> Validators {
    let pairs = head.split(separator: "\n").map { line in
        let parts = line.split(separator: ":", maxSplits: 1)
        return (String(parts[0]), FieldList.trimmed(String(parts[1])))
    }
    return Validators(Fields(pairs), completeLength: length, isDateOfBytes: isDateOfBytes)
}

@Suite("RFC 9110 §8.8.2.2, §15.3.7.3: bytes of one version join") struct ValidatorsTests {
    /// Checks both directions: it cannot matter who came first.
    private func mayJoin(_ left: Validators, _ right: Validators, isSameOrigin: Bool) -> Bool {
        let may = left.mayJoin(right, isSameOrigin: isSameOrigin)
        #expect(may == right.mayJoin(left, isSameOrigin: isSameOrigin))
        return may
    }

    @Test(
        "an entity tag decides wherever it comes from: the same strong one joins, nothing else does",
        arguments: [
            ("ETag: \"a\"", "ETag: \"a\"", true), ("ETag: \"\"", "ETag: \"\"", true),
            ("ETag: \"a\"", "ETag: \"b\"", false),
            ("ETag: \"a\"", "ETag: W/\"a\"", false), ("ETag: W/\"a\"", "ETag: W/\"a\"", false),
            ("ETag: a", "ETag: a", false), ("ETag: w/\"a\"", "ETag: w/\"a\"", false),
            ("ETag: \"a\"\nETag: \"b\"", "ETag: \"a\"", false), ("ETag: \"a\"\nETag: \"a\"", "ETag: \"a\"", false),
        ],
        [true, false]
    )
    func tags(case row: (String, String, Bool), isSameOrigin: Bool) {
        for dates in ["", "\nLast-Modified: \(old)\nDate: \(later)"] {
            let both = (validators(row.0 + dates), validators(row.1 + dates))
            #expect(mayJoin(both.0, both.1, isSameOrigin: isSameOrigin) == row.2)
        }
    }

    @Test("a tag that one response has and the other has not: of one origin it contradicts, of two it does not")
    func oneTag() {
        let dates = "Last-Modified: \(old)\nDate: \(later)\n"
        let (tagged, bare) = (validators(dates + "ETag: \"a\""), validators(dates))
        #expect(!mayJoin(tagged, bare, isSameOrigin: true))
        #expect(mayJoin(tagged, bare, isSameOrigin: false))
        #expect(!mayJoin(validators(dates + "ETag: W/\"a\""), bare, isSameOrigin: false))
    }

    @Test(
        "without tags: the same Last-Modified, each a second or more before its own Date",
        arguments: [
            ("\(old)|\(later)", "\(old)|\(later)", true), ("\(old)|\(second)", "\(old)|\(later)", true),
            ("\(old)|\(old)", "\(old)|\(later)", false), ("\(old)|\(later)", "\(old)|\(old)", false),
            ("\(old)|", "\(old)|\(later)", false), ("\(old)|\(later)", "\(old)|", false),
            ("\(old)|\(later)", "\(second)|\(later)", false), ("\(later)|\(old)", "\(later)|\(old)", false),
            ("yesterday|\(later)", "yesterday|\(later)", false), ("|\(later)", "|\(later)", false),
            ("\(old)|\(later)", "Monday, 01-Jan-24 00:00:00 GMT|\(later)", true),
        ],
        [true, false]
    )
    func dates(case row: (String, String, Bool), isSameOrigin: Bool) {
        func read(_ text: String) -> String {
            let parts = text.split(separator: "|", omittingEmptySubsequences: false)
            return (parts[0].isEmpty ? "" : "Last-Modified: \(parts[0])\n")
                + (parts[1].isEmpty ? "" : "Date: \(parts[1])")
        }
        #expect(mayJoin(validators(read(row.0)), validators(read(row.1)), isSameOrigin: isSameOrigin) == row.2)
    }

    @Test("a Date that a 304 may have moved makes no Last-Modified strong")
    func storedDate() {
        let head = "Last-Modified: \(old)\nDate: \(later)"
        let stored = validators(head, isDateOfBytes: false)
        #expect(!stored.allowsJoining)
        #expect(!mayJoin(stored, validators(head), isSameOrigin: true))
        #expect(validators(head + "\nETag: \"a\"", isDateOfBytes: false).allowsJoining)
    }

    @Test(
        "complete length, type and coding agree",
        arguments: [
            (100, "", 100, "", true), (100, "", 101, "", false), (100, "", nil, "", true), (nil, "", nil, "", true),
            (100, "Content-Type: image/png", 100, "Content-Type: image/gif", false),
            (100, "Content-Type: image/png", 100, "Content-Type: IMAGE/PNG", true),
            (100, "Content-Type: image/png", 100, "", true), (100, "Content-Encoding: gzip", 100, "", false),
            (100, "Content-Encoding: gzip", 100, "Content-Encoding: br", false),
            (100, "Content-Encoding: gzip", 100, "Content-Encoding: gzip", true),
        ] as [(Int64?, String, Int64?, String, Bool)]
    )
    func rest(length: Int64?, more: String, otherLength: Int64?, otherMore: String, expected: Bool) {
        let (left, right) = ("ETag: \"a\"\n" + more, "ETag: \"a\"\n" + otherMore)
        let both = (validators(left, length: length), validators(right, length: otherLength))
        #expect(mayJoin(both.0, both.1, isSameOrigin: true) == expected)
    }

    @Test("by dates alone the complete length has to be known on both sides")
    func unknownLength() {
        let head = "Last-Modified: \(old)\nDate: \(later)"
        #expect(!mayJoin(validators(head), validators(head, length: nil), isSameOrigin: true))
        #expect(!mayJoin(validators(head, length: nil), validators(head, length: nil), isSameOrigin: false))
        #expect(!validators(head, length: nil).allowsJoining)
    }
}

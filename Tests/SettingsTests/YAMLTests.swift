// What is not a configuration at all: broken YAML, bombs, files of the wrong size or encoding. Never a crash.

import Settings
import Testing

@Suite("a file that is no configuration is refused with a reason") struct YAMLTests {
    @Test(
        "broken YAML names its line",
        arguments: [
            ("", "l.yaml: the file is empty"), ("# only a comment\n", "l.yaml: the file is empty"),
            ("cache:\n\tdirectory: /x\n", "l.yaml:2: "), ("cache: {directory: /x\n", "l.yaml:2: "),
            ("a: b: c\n", "l.yaml:1: "), ("- a\n- b\n", "l.yaml:1: is a list"),
            ("text\n", "l.yaml:1: is a single value"),
            (minimum + "---\na: 1\n", "l.yaml:3: "), ("a: 'open\n", "l.yaml:2: "),
            ("a: \u{1}\n", "l.yaml: control characters"),
            ("a: *b\n", "l.yaml:1: found undefined alias"),
            ("? [a]\n: 1\n" + minimum, "l.yaml:1: has a key that is not a name"),
        ]
    )
    func broken(text: String, beginning: String) throws {
        let first = try #require(problems(text).first)
        #expect(first.hasPrefix(beginning), "\(first)")
    }

    @Test("aliases are refused before they are expanded") func bomb() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        text += "? *a60\n: 1\n"
        let expected = "l.yaml:2: aliases (*a0) are not supported; expected the value itself"
        #expect(problems(text) == [expected])
    }

    @Test("ampersands and asterisks within texts are no aliases") func ampersand() throws {
        let text = minimum + "log: {level: info} # &a and *b\n"
        #expect(try configuration(text).log.level == .info)
    }

    @Test("nesting without end is refused", arguments: ["[", "{a: ", "- "])
    func nesting(opening: String) {
        #expect(!problems(String(repeating: opening, count: 100_000)).isEmpty)
    }

    @Test("a file has at most 1 MiB, given as text or read") func size() {
        let text = minimum + "#" + String(repeating: "x", count: ConfigurationFile.maximumSize)
        #expect(problems(text).first?.hasSuffix("expected at most 1048576") == true)
        let machine = FakeMachine().with("/big.yaml", text)
        let error = #expect(throws: ConfigurationProblems.self) {
            try ConfigurationFile.load("/big.yaml", probe: machine)
        }
        #expect(
            error?.description
                == "/big.yaml: the configuration file has more than 1048576 bytes; expected a readable YAML file"
        )
    }

    @Test("a thousand unknown settings give a bounded number of problems") func many() {
        let text = (0..<1000).map { "k\($0): 1\n" }.joined()
        #expect(problems(text).count == 200)
    }

    @Test("more duplicates than can be named are refused") func duplicates() {
        let text = (0..<100).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        #expect(problems(text).contains { $0.contains("more than 50 duplicate keys") })
    }

    @Test("a byte order mark and CRLF are fine") func windows() throws {
        let text = "\u{FEFF}" + minimum.split(separator: "\n").joined(separator: "\r\n") + "\r\nthreads: 2\r\n"
        #expect(try configuration(text).threads == 2)
        #expect(
            problems(text + "threads: 3\r\n") == [
                "l.yaml:4: threads: is given twice (first in line 3); expected it once"
            ]
        )
    }

    @Test("a file that is not UTF-8 names the line") func encoding() {
        var machine = FakeMachine()
        machine.texts["/latin.yaml"] = Array("a: 1\nb: ".utf8) + [0xE4, 0x0A]
        let error = #expect(throws: ConfigurationProblems.self) {
            try ConfigurationFile.load("/latin.yaml", probe: machine)
        }
        #expect(error?.description == "/latin.yaml:2: the text is not UTF-8; expected a file saved as UTF-8")
    }

    @Test("a missing file is named; the default one comes with a hint") func missing() {
        let machine = FakeMachine()
        let named = #expect(throws: ConfigurationProblems.self) { try ConfigurationFile.load("x.yaml", probe: machine) }
        #expect(named?.description == "x.yaml: the configuration file does not exist; expected a readable YAML file")
        let path = ConfigurationFile.defaultPath
        let standard = #expect(throws: ConfigurationProblems.self) { try ConfigurationFile.load(path, probe: machine) }
        #expect(standard?.description.hasSuffix("expected this file, or another one named with --config FILE") == true)
    }

    @Test("no prefix of a good file crashes the reader") func prefixes() {
        let text = minimum + "listen: [127.0.0.1:80, '[::1]:80']\naccess_log: {path: \"-\"}\n"
        for length in 0..<text.count { _ = problems(String(text.prefix(length))) }
    }
}

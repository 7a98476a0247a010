// What commands read of a file, whatever else is wrong in it.

import Settings
import Testing

@Suite("the parts of a file that commands need") struct PartsTests {
    private func parts(_ text: String) throws -> ConfigurationParts {
        try ConfigurationFile.parts(of: "conf/l.yaml", probe: FakeMachine().with("/work/conf/l.yaml", text))
    }

    private static let good = """
        listen: [127.0.0.1:80, "unix:pictures"]
        cache:
          directory: pictures
        admin:
          listen: 127.0.0.1:81
          token_file: token

        """

    @Test(
        "they are read from any file in which they stand rightly",
        arguments: [
            "", "origins: 3\n", "x: [\n", "\tx\n", "half\n", "'x\n", "x: 1\nx: 2\n", "a: &a 1\nb: *a\n",
            "<<<<<<< HEAD\n=======\n", "}\n",
            "- x\n", "admin_: [\n", "x:\n- {\n",
        ]
    )
    func readable(text: String) throws {
        for text in [Self.good + text, text + Self.good] {
            let parts = try parts(text)
            #expect(
                try parts.listen() == [.tcp(host: "127.0.0.1", port: 80), .unix(path: "/work/conf/pictures")],
                "\(text)"
            )
            #expect(try parts.adminListen() == .tcp(host: "127.0.0.1", port: 81))
            #expect(try parts.tokenFile() == "/work/conf/token" && parts.cacheDirectory() == "/work/conf/pictures")
        }
    }

    @Test("a file without them has the defaults")
    func defaults() throws {
        for text in ["x: 1", "x: [", "{}", "[]", "3"] {
            let parts = try parts(text)
            #expect(try parts.listen().count == 1 && parts.adminListen() == Configuration.Admin().listen)
            #expect(try parts.tokenFile() == nil && parts.cacheDirectory() == nil)
        }
    }

    @Test("a mistake in one is that one's alone, and has its line")
    func mistakes() throws {
        let parts = try parts("x: [\nlisten: 80\nadmin:\n  listen: 81\n  token_file: t\ncache: {directory: [\n")
        for (line, read) in [
            (2, { _ = try parts.listen() }), (4, { _ = try parts.adminListen() }),
            (7, { _ = try parts.cacheDirectory() }),
        ] as [(Int, () throws -> Void)] {
            let problems = #expect(throws: ConfigurationProblems.self) { try read() }
            #expect(
                problems?.problems.count == 1 && (problems?.problems.first?.line ?? 0) >= line - 1,
                "\(line): \(String(describing: problems))"
            )
        }
        #expect(try parts.tokenFile() == "/work/conf/t")
    }
}

// What a good file becomes: values, defaults, relative paths, warnings, and what a reload would change.

import HTTPMessage
import Settings
import Testing

@Suite("a good file becomes a configuration") struct ConfigurationTests {
    @Test("what a file does not say has its default") func defaults() throws {
        var expected = Configuration()
        expected.cache.directory = "/var/cache/larder"
        expected.origins = [Configuration.Origin(url: try OriginURL("http://files.lan"))]
        expected.origins[0].isAuthoritative = true
        expected.threads = 3
        #expect(try configuration(minimum) == expected)
    }

    @Test("every value of the design's example is taken over") func example() throws {
        let text = """
            listen: [127.0.0.1:8080, "unix:/run/larder/larder.sock"]
            admin:
              listen: 10.0.0.1:8081
              token_file: /etc/larder/token
            cache:
              directory: /var/cache/larder
              max_size: 50GB
              memory: 256MB
              default_ttl: 0
              key_case: insensitive
            origins:
              - url: http://files-1.lan/pictures
                authoritative: false
                host_header: client
                headers: {Authorization: {file: /etc/larder/word}, X-A: 1}
              - url: http://files-2.lan/pictures
                host_header: pictures.example:8080
                connect_timeout: 500ms
              - url: file:///mnt/pictures
            access_log: {path: /var/log/larder/access.log, format: json}
            limits:
            """
        let value = try configuration(text)
        #expect(value.listen == [.tcp(host: "127.0.0.1", port: 8080), .unix(path: "/run/larder/larder.sock")])
        #expect(value.admin.listen == .tcp(host: "10.0.0.1", port: 8081))
        #expect(value.admin.token?.reveal() == "0123456789abcdef0123")
        #expect(value.cache.maxSize == 50_000_000_000)
        #expect(value.cache.defaultTTL == .zero)
        #expect(value.cache.foldCase)
        #expect(value.origins.map(\.isAuthoritative) == [false, false, false])
        #expect(value.origins.map(\.hostHeader) == [.client, .name("pictures.example:8080"), .origin])
        #expect(value.origins[0].headers.map(\.name) == ["Authorization", "X-A"])
        #expect(value.origins[0].headers.map { $0.value.secret.reveal() } == ["hunter2", "1"])
        #expect(value.origins[1].connectTimeout == .milliseconds(500))
        #expect(value.origins[2].url.path == "/mnt/pictures")
        #expect(value.accessLog?.path == "/var/log/larder/access.log")
        #expect(value.accessLog?.format == .json)
    }

    @Test("relative paths start from the file's directory") func relative() throws {
        let text = """
            listen: unix:larder.sock
            admin: {token_file: token}
            cache: {directory: cache}
            origins: [{url: "file:samples"}]
            access_log: {path: ./access.log}
            """
        let machine = FakeMachine().with("/work/conf/quick.yaml", text)
            .with("/work/conf/token", "0123456789abcdef", FileStatus(kind: .regular))
        let loaded = try ConfigurationFile.load("conf/quick.yaml", probe: machine)
        let value = loaded.configuration
        #expect(value.listen == [.unix(path: "/work/conf/larder.sock")])
        #expect(value.admin.tokenFile == "/work/conf/token")
        #expect(value.cache.directory == "/work/conf/cache")
        #expect(value.origins[0].url.text == "file:///work/conf/samples")
        #expect(value.accessLog?.path == "/work/conf/access.log")
        #expect(
            loaded.warnings.map(\.description) == [
                "conf/quick.yaml:4: origins[0].url: /work/conf/samples does not exist; expected a directory"
            ]
        )
    }

    @Test("a cache directory that cannot be written is a warning: pictures are served all the same")
    func readOnlyDirectory() throws {
        let loaded = try ConfigurationFile.parse(
            text: "cache: {directory: /etc/larder}\norigins: [{url: 'http://files.lan'}]\n",
            file: "l.yaml",
            probe: FakeMachine()
        )
        #expect(
            loaded.warnings.map(\.message) == [
                "/etc/larder is not writable by this user: pictures are served, and not stored"
            ]
        )
    }

    @Test(
        "a token is one line of ASCII",
        arguments: [
            ("", "is empty"), ("\n\n", "is empty"), ("two\nlines\n", "is not one line"),
            ("two words", "is not one line"),
            ("t\u{FC}r", "is not one line"), (String(repeating: "x", count: 5000), "has more than 4096 bytes"),
        ]
    )
    func token(content: String, says words: String) throws {
        let machine = FakeMachine().with("/t", content)
        let first = try #require(problems(minimum + "admin: {token_file: /t}\n", on: machine).first)
        #expect(first.contains("admin.token_file: /t \(words)"), "\(first)")
    }

    @Test("a token that others can read, or guess, is a warning") func weakToken() throws {
        let machine = FakeMachine().with("/t", "short\r\n", FileStatus(kind: .regular, isWorldReadable: true))
        let text = minimum + "admin: {token_file: /t}\n"
        let loaded = try ConfigurationFile.parse(text: text, file: "l.yaml", probe: machine)
        #expect(loaded.configuration.admin.token == Secret("short"))
        #expect(
            loaded.warnings.map(\.message) == [
                "every user of this machine can read /t", "the token has 5 characters",
            ]
        )
    }

    @Test("a secret does not print itself") func secret() {
        var admin = Configuration.Admin()
        admin.token = Secret("hunter2")
        var dumped = ""
        dump(admin, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!"\(admin) \(String(reflecting: admin))".contains("hunter2"))
        #expect("\(Secret("hunter2"))" == "(secret)")
    }

    @Test(
        "a change says whether a reload takes it over",
        arguments: [
            (
                "cache: {directory: /var/cache/larder, grace: 1m}\norigins: [{url: 'http://files.lan'}]\n",
                ["cache.grace"], []
            ),
            ("cache: {directory: /var/cache/other}\norigins: [{url: 'http://files.lan'}]\n", [], ["cache.directory"]),
            (minimum + "access_log: {path: '-'}\n", [], ["access_log"]),
            (minimum + "admin: {token_file: /etc/larder/token}\n", ["admin.token_file"], []),
            ("cache: {directory: /var/cache/larder}\norigins: [{url: 'http://b'}]\n", [], ["origins"]),
            (
                "cache: {directory: /var/cache/larder}\norigins: [{url: 'http://files.lan', queue: 2}]\n", [],
                ["origins[0].queue"]
            ),
            (minimum + "listen: 127.0.0.1:9\nlog: {level: debug}\n", ["log.level"], ["listen"]), (minimum, [], []),
        ] as [(String, [String], [String])]
    )
    func change(text: String, reload: [String], restart: [String]) throws {
        let difference = changes(from: try configuration(minimum), to: try configuration(text))
        #expect(difference.reloadable == reload)
        #expect(difference.needsRestart == restart)
    }

    @Test("a token file with another content, and an access log with another format, are changes") func contents()
        throws
    {
        let text = minimum + "admin: {token_file: /t}\naccess_log: {path: '-'}\n"
        let old = try configuration(text, on: FakeMachine().with("/t", "0123456789abcdef"))
        var new = try configuration(text, on: FakeMachine().with("/t", "fedcba9876543210"))
        new.accessLog?.format = .json
        let difference = changes(from: old, to: new)
        #expect(difference.reloadable == ["admin.token_file"])
        #expect(difference.needsRestart == ["access_log.format"])
    }

    @Test("a listing shows every setting, and no field's value") func lists() throws {
        let text =
            "cache: {directory: /var/cache/larder}\norigins: [{url: 'http://a', headers: {Authorization: {file: /etc/larder/word}}}]\n"
        let rows = listing(of: try configuration(text))
        #expect(rows.contains { $0.path == "cache.max_size" && $0.value == "10GB" })
        #expect(rows.contains { $0.path == "origins[0].headers" && $0.value == "Authorization" })
        #expect(rows.contains { $0.path == "access_log" && $0.value == "none" })
        #expect(rows.count > 40)
    }

    @Test("a cache larger than its file system is a warning, whether its directory is there or not")
    func capacity() throws {
        var machine = FakeMachine()
        machine.capacity = 5_000_000_000
        for directory in ["/var/cache/larder", "/var/cache"] {
            for (size, isTooLarge) in [("4GB", false), ("5GB", false), ("6GB", true)] {
                let text = "cache: {directory: \(directory), max_size: \(size)}\norigins: [{url: 'http://a'}]\n"
                let loaded = try ConfigurationFile.parse(text: text, file: "l.yaml", probe: machine)
                #expect(loaded.warnings.map(\.path) == (isTooLarge ? ["cache.max_size"] : []))
            }
        }
    }
}

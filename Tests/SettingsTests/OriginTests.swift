// What an origin's settings must fit to: each other, its scheme, and the files and variables they name.

import HTTPMessage
import Settings
import Testing

@Suite("an origin's settings") struct OriginTests {
    private func file(_ lines: String...) -> String {
        "cache: {directory: /var/cache/larder}\norigins:\n" + lines.map { "  - \($0)\n" }.joined()
    }

    private func loaded(_ text: String, on machine: FakeMachine = FakeMachine()) throws -> ConfigurationFile.Loaded {
        try ConfigurationFile.parse(text: text, file: "l.yaml", probe: machine)
    }

    @Test("TLS, redirects, paths and HTTP/2 are taken over") func https() throws {
        let text = file(
            """
            {url: https://10.0.0.5, strip: /Images/, follow_redirects: 2, http2: true, server_name: Files.LAN,
                 ca_file: /etc/larder/origin-ca.pem, client_certificate: /etc/larder/larder.pem,
                 client_key: /etc/larder/encrypted.key, client_key_passphrase: {file: /etc/larder/word}}
            """
        )
        let file = try loaded(text)
        let origin = file.configuration.origins[0]
        #expect(file.warnings.isEmpty)
        #expect(origin.strip == "/Images")
        #expect(origin.followRedirects == 2)
        #expect(origin.http2)
        #expect(origin.serverName == "files.lan")
        #expect(origin.clientCertificate == "/etc/larder/larder.pem")
        #expect(origin.clientKey == "/etc/larder/encrypted.key")
        #expect(origin.clientKeyPassphrase?.secret.reveal() == "hunter2")
    }

    @Test(
        "a prefix goes to the end of the URL, whatever its kind",
        arguments: [
            ("http://a/x", "/y", "http://a/x/y"), ("http://a", "/y/z/", "http://a/y/z"),
            ("file:///mnt", "/large%20ones", "file:///mnt/large%20ones"), ("s3://pics/site", "/y", "s3://pics/site/y"),
        ]
    )
    func prefix(url: String, prefix: String, expected: String) throws {
        let text = file("{url: '\(url)', prefix: \(prefix), s3: {region: eu-central-1}}")
        #expect(try configuration(text).origins[0].url.text == expected)
    }

    @Test("two origins with one URL and prefixes of their own are two; with the same prefix they are one given twice")
    func prefixes() throws {
        let two = file("{url: http://a, prefix: /x}", "{url: http://a, prefix: /y}")
        #expect(try configuration(two).origins.map(\.url.text) == ["http://a/x", "http://a/y"])
        let twice = file("{url: http://a/x}", "{url: http://a, prefix: /x}")
        #expect(
            problems(twice) == ["l.yaml:4: origins[1].url: http://a/x is already origins[0]; expected each origin once"]
        )
    }

    @Test("a store's keys are the environment's usual ones, or where the file says") func store() throws {
        let standard = try configuration(file("{url: s3://pics/site, s3: {region: eu-central-1}}")).origins[0]
        #expect(standard.s3.accessKey.secret.reveal() == "AKIAEXAMPLE")
        #expect(standard.s3.secretKey.secret.reveal() == "hunter3")
        #expect(standard.s3.sessionToken == nil)
        let text = file(
            """
            {url: s3://pics, s3: {endpoint: "http://127.0.0.1:9000", path_style: false, access_key: AKIA,
                 secret_key: {file: /etc/larder/word}, session_token: {env: TOKEN}, forbidden: missing}}
            """
        )
        var machine = FakeMachine()
        machine.variables = ["TOKEN": "temporary"]
        let other = try configuration(text, on: machine).origins[0].s3
        #expect(other.endpoint?.text == "http://127.0.0.1:9000")
        #expect(other.pathStyle == false)
        #expect(other.accessKey.secret.reveal() == "AKIA")
        #expect(other.secretKey.secret.reveal() == "hunter2")
        #expect(other.sessionToken?.secret.reveal() == "temporary")
        #expect(other.forbidden == .missing)
    }

    @Test("the environment's session token belongs to the environment's access key alone") func sessionToken() throws {
        var machine = FakeMachine()
        machine.variables["AWS_SESSION_TOKEN"] = "temporary"
        let standard = file("{url: s3://pics, s3: {region: eu-central-1}}")
        #expect(try configuration(standard, on: machine).origins[0].s3.sessionToken?.secret.reveal() == "temporary")
        let other = file("{url: s3://pics, s3: {region: eu-central-1, access_key: AKIA}}")
        #expect(try configuration(other, on: machine).origins[0].s3.sessionToken == nil)
    }

    @Test(
        "one mistake gives one message, and shows no secret",
        arguments: [
            ("strip: images", "strip: \"images\" is not a path; expected the beginning of paths, such as /images"),
            ("strip: /", "strip: \"/\" names no beginning of paths; expected the beginning of paths, such as /images"),
            (
                "strip: /a/../b",
                "strip: \"/a/../b\" names no beginning of paths; expected the beginning of paths, such as /images"
            ),
            ("prefix: a", "prefix: \"a\" is not a path; expected the beginning of paths, such as /images"),
            ("follow_redirects: 11", "follow_redirects: 11 is too much; expected 0 to 10"),
            (
                "server_name: 10.0.0.1",
                "server_name: \"10.0.0.1\" is not a host name; expected a host name, without a port"
            ),
            ("server_name: 'a:443'", "server_name: \"a:443\" is not a host name; expected a host name, without a port"),
            (
                "client_certificate: /none.pem",
                "client_certificate: /none.pem does not exist; expected a PEM file with a certificate"
            ),
            (
                "client_certificate: /etc/larder/larder.pem",
                "client_certificate: /etc/larder/larder.pem holds no such thing; expected client_key, or a private key in this file"
            ),
            (
                "client_certificate: /etc/larder/larder.pem, client_key: /etc/larder/word",
                "client_key: /etc/larder/word holds no such thing; expected a PEM file with a private key"
            ),
            (
                "client_certificate: /etc/larder/larder.pem, client_key: /etc/larder/encrypted.key",
                "client_key: the private key is encrypted; expected client_key_passphrase with it"
            ),
            (
                "client_key: /etc/larder/larder.key",
                "client_key: there is no certificate for it; expected client_certificate with it"
            ),
            (
                "client_certificate: /etc/larder/larder.pem, client_key: /etc/larder/encrypted.key, client_key_passphrase: hunter2",
                "client_key_passphrase: is not a file's or a variable's; expected {file: PATH} or {env: NAME}"
            ),
            (
                "ca_file: /etc/larder/word",
                "ca_file: /etc/larder/word holds no such thing; expected a PEM file with certificates"
            ),
            (
                "headers: {Authorization: Basic hunter2}",
                "headers.Authorization: a secret is in the configuration: everyone who can read that knows it; expected {file: PATH} or {env: NAME}"
            ),
            (
                "headers: {X-Key: {file: /none}}",
                "headers.X-Key: /none does not exist; expected a file with one line, the secret"
            ),
            (
                "headers: {X-Key: {env: NONE}}",
                "headers.X-Key: NONE is not set in this environment; expected the variable in the environment of larder, or {file: PATH}"
            ),
            ("headers: {X-Key: {evn: NONE}}", "headers.X-Key.evn: unknown setting; expected file or env"),
            (
                "headers: {X-Key: {env: 'A B'}}",
                "headers.X-Key.env: \"A B\" is not a variable's name; expected such as LARDER_KEY"
            ),
            (
                "headers: {X-Key: {env: A, file: /b}}",
                "headers.X-Key: says 2 places to read from; expected {file: PATH} or {env: NAME}"
            ),
        ]
    )
    func problem(settings: String, problem: String) {
        #expect(problems(file("{url: https://a, \(settings)}")) == ["l.yaml:3: origins[0].\(problem)"])
    }

    @Test(
        "a store says what it lacks",
        arguments: [
            ("", "s3.region: is missing; expected the bucket's region, such as eu-central-1, or s3.endpoint"),
            (
                "s3: {region: eu central}",
                "s3.region: \"eu central\" is not a region; expected a region such as eu-central-1"
            ),
            (
                "s3: {endpoint: 'file:///x'}",
                "s3.endpoint: \"file:///x\" is not the URL of a server; expected http://host:port or https://host"
            ),
            (
                "s3: {region: a, secret_key: hunter2}",
                "s3.secret_key: is not a file's or a variable's; expected {file: PATH} or {env: NAME}"
            ),
            (
                "s3: {region: a, access_key: {env: NONE}}",
                "s3.access_key: NONE is not set in this environment; expected the variable in the environment of larder, or {file: PATH}"
            ),
            (
                "s3: {region: a}, host_header: client",
                "host_header: a request to an object store is signed for its own host; expected origin"
            ),
            (
                "s3: {region: a}, follow_redirects: 1",
                "follow_redirects: an object store redirects only to another region; expected 0, and the right s3.region"
            ),
        ]
    )
    func storeProblem(settings: String, problem: String) {
        let separator = settings.isEmpty ? "" : ", "
        #expect(problems(file("{url: s3://pics\(separator)\(settings)}")) == ["l.yaml:3: origins[0].\(problem)"])
    }

    @Test(
        "what has no effect, or is careless, is a warning",
        arguments: [
            ("url: http://a, http2: true", "http2: has no effect on http://a"),
            ("url: http://a, ca_file: /etc/larder/origin-ca.pem", "ca_file: has no effect on http://a"),
            ("url: http://a, server_name: b", "server_name: has no effect on http://a"),
            ("url: http://a, s3: {region: x}", "s3.region: has no effect on http://a"),
            ("url: 'file:///mnt/pictures', headers: {A: b}", "headers: has no effect on a directory"),
            (
                "url: s3://pics, s3: {endpoint: 'http://b'}, server_name: b", "server_name: has no effect on s3://pics"
            ),
            ("url: http://a, headers: {X-Api-Key: word}", "headers.X-Api-Key: the value is in the configuration"),
            (
                "url: http://a, headers: {X-Key: {file: /open}}",
                "headers.X-Key: every user of this machine can read /open"
            ),
            (
                "url: https://a, client_certificate: /etc/larder/larder.pem, client_key: /open.key",
                "client_key: every user of this machine can read /open.key"
            ),
        ]
    )
    func warning(origin: String, warning: String) throws {
        let open = FileStatus(kind: .regular, isWorldReadable: true)
        let machine = FakeMachine().with("/open", "word", open).with("/open.key", "-----BEGIN PRIVATE KEY-----", open)
        let warnings = try loaded(file("{\(origin)}"), on: machine).warnings.map(\.description)
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("l.yaml:3: origins[0].\(warning)") == true, "\(warnings)")
    }

    @Test(
        "a secret's file has one line",
        arguments: [("", "is empty"), ("\n", "is empty"), ("a\nb\n", "has 2 lines"), (" a \n", "not one line of text")]
    )
    func secretFile(content: String, says words: String) throws {
        let machine = FakeMachine().with("/s", content)
        let found = problems(file("{url: http://a, headers: {X-Key: {file: /s}}}"), on: machine)
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
    }

    @Test("listings and dumps show where secrets are, and no secret") func noSecrets() throws {
        let text = file(
            "{url: s3://pics, s3: {region: a, secret_key: {file: /etc/larder/word}}, headers: {X-Key: {env: AWS_SECRET_ACCESS_KEY}}}"
        )
        let value = try configuration(text)
        var shown = listing(of: value).map { "\($0.path)=\($0.value)" }.joined(separator: "\n")
        #expect(shown.contains("origins[0].s3.secret_key={file: /etc/larder/word}"))
        #expect(shown.contains("origins[0].s3.access_key={env: AWS_ACCESS_KEY_ID}"))
        #expect(shown.contains("origins[0].headers=X-Key"))
        dump(value, to: &shown)
        shown += "\(value)"
        for word in ["hunter2", "hunter3", "AKIAEXAMPLE"] { #expect(!shown.contains(word)) }
    }

    @Test("the origins of routes are checked and their secrets read as well") func routes() throws {
        let text = minimum + "routes:\n  - {path: /a/, origins: [{url: 'http://a', headers: {X-Key: {file: FILE}}}]}\n"
        let good = try configuration(text.replacing("FILE", with: "/etc/larder/word"))
        #expect(good.routes[0].origins[0].headers[0].value.secret.reveal() == "hunter2")
        let found = problems(text.replacing("FILE", with: "/none"))
        #expect(found.count == 1 && found[0].contains("routes[0].origins[0].headers.X-Key: /none does not exist"))
    }

    @Test("another content of a secret's file is a change") func changedSecret() throws {
        let text = file("{url: http://a, headers: {X-Key: {file: /s}}}")
        let old = try configuration(text, on: FakeMachine().with("/s", "one"))
        let new = try configuration(text, on: FakeMachine().with("/s", "two"))
        #expect(changes(from: old, to: new).needsRestart == ["origins[0].headers"])
        #expect(changes(from: old, to: old).needsRestart.isEmpty)
    }
}

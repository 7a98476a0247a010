// Commands need a running larder and what says where it is; nothing else.

import Coding
import LarderHarness
import Settings
import TestSupport
import Testing

@Suite("commands find the running larder whatever else is wrong")
struct LocationCommandTests {
    /// What makes a configuration invalid for whoever starts a command, while larder runs.
    private static let damages = [
        "routes: [{host: x}, 3]\n", "unknown: 3\n", "access_log: {path: /nonexistent/log}\n", "threads: many\n",
        "limits: {drain_timeout: 2w}\n", "half edited\n", "a: [\n", "\tb: 1\n", "<<<<<<< HEAD\n",
        "c: *alias\nd: &alias 1\n",
        "origins:\n  - url: s3://b\n    s3: {access_key: {env: LARDER_NOT_SET}}\n", "# caf\u{FFFD}\n",
    ]

    @Test("what is wrong elsewhere in the file does not matter", arguments: damages)
    func damage(text: String) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            try await larder.fetch("/a")
            let file = """
                \(text)
                listen: 127.0.0.1:\(larder.picturePort)
                admin:
                  # the status page, too
                  listen: 127.0.0.1:\(larder.adminPort)
                \(text)
                """
            for words in ["purge /a", "stats", "explain /a", "ls", "warm -"] {
                let result = try await larder.command(words, input: "/b", file: file)
                #expect(result.status == 0 && result.errorOutput.isEmpty, "\(words): \(result)")
            }
            #expect(larder.origin.requestCount("/b") == 1)
        }
    }

    @Test(
        "a setting that is needed and wrong is named with its line and the remedy; a warning is no reason",
        arguments: [
            ("admin: {listen: nonsense}\n", "stats", "larder.yaml:1:17: admin.listen:", "--admin"),
            ("admin:\n  listen: [1\nx: 2\n", "stats", "larder.yaml:", "--admin"),
            ("admin: 3\n", "stats", "larder.yaml:1:8: admin:", "--admin"),
            ("admin: {token_file: /nonexistent}\n", "stats", "/nonexistent does not exist", "--token-file"),
            ("listen: nonsense\n", "warm -", "larder.yaml:1:9: listen:", "--url"),
            ("cache: {directory: /}\nadmin: {listen: x}\n", "stats", "larder.yaml:2:17: admin.listen:", "--admin"),
        ]
    )
    func needed(file: String, words: String, reason: String, remedy: String) async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let result = try await larder.command(words, file: file)
            #expect(result.status == 1 && result.errorOutput.contains(reason), "\(result)")
            #expect(result.errorOutput.contains(remedy), "\(result)")
            #expect(result.errorOutput.split(separator: "\n").count == 1)
        }
    }

    @Test("a command that needs the whole file names its problems, and no warning as one of them")
    func warnings() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            // No token is needed on loopback: a short one is a warning.
            let file = "admin: {token_file: t}\ncache: {directory: .}\norigins: 3\n"
            let result = try await larder.command("serve", file: file, token: "short")
            #expect(result.status == 1 && result.errorOutput.contains("origins"), "\(result)")
            #expect(!result.errorOutput.contains("at least 16") && !result.errorOutput.contains("every user"))
        }
    }

    @Test("without a file: --admin, --token-file and --url, or the environment")
    func withoutFile() async throws {
        try await withLarder { (larder: TestLarder) async throws -> Void in
            let admin = "http://127.0.0.1:\(larder.adminPort)"
            let url = "http://127.0.0.1:\(larder.picturePort)"
            let done = [
                ("stats --admin \(admin)", [:]), ("stats --admin \(admin)/", [:]), ("stats", ["LARDER_ADMIN": admin]),
                ("warm - --url \(url)", [:]), ("warm -", ["LARDER_URL": url]),
                // What the command line says goes before the environment.
                ("stats --admin \(admin)", ["LARDER_ADMIN": "http://127.0.0.1:1"]),
            ]
            for (words, environment) in done {
                let result = try await larder.command(words, environment: environment, file: nil)
                #expect(result.status == 0 && result.errorOutput.isEmpty, "\(words), \(environment): \(result)")
            }
            let file = try await larder.command("stats", environment: ["LARDER_ADMIN": "http://127.0.0.1:1"])
            #expect(file.status == 0, "a file that is named goes before the environment: \(file)")
            let refused: [(String, [String: String], Int32, String)] = [
                ("stats --admin nope", [:], 64, "--admin: \"nope\" is not an address"),
                ("stats", ["LARDER_ADMIN": "nope"], 1, "LARDER_ADMIN"),
                ("stats --admin http://127.0.0.1:1", [:], 1, "larder does not respond on http://127.0.0.1:1 (--admin)"),
                ("stats --admin \(url)", [:], 1, "not as larder's admin interface does"),
                ("stats --admin https://127.0.0.1:\(larder.adminPort)", [:], 1, "SSL_CERT_FILE"),
                ("warm - --url https://h", [:], 64, "is not a picture port"),
                ("stats --admin \(admin) --token-file none", [:], 1, "none does not exist"),
            ]
            for (words, environment, status, reason) in refused {
                let result = try await larder.command(words, environment: environment, file: nil)
                #expect(result.status == status && result.errorOutput.contains(reason), "\(words): \(result)")
            }
        }
    }

    @Test("a token comes from the option, the environment or the file, and goes to no address that another says")
    func tokens() async throws {
        let token = "0123456789abcdef"
        let change = { (configuration: inout Configuration) in configuration.admin.token = Secret(token) }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            let admin = "http://127.0.0.1:\(larder.adminPort)"
            let file = "admin: {listen: \"127.0.0.1:\(larder.adminPort)\", token_file: t}\n"
            let cases: [(words: String, environment: [String: String], file: String?, status: Int32)] = [
                ("stats", [:], file, 0), ("stats --admin \(admin)", [:], nil, 1),
                ("stats --admin \(admin)", [:], file, 1),
                ("stats --admin \(admin) --token-file t", [:], nil, 0),
                ("stats", ["LARDER_ADMIN": admin, "LARDER_TOKEN_FILE": "t"], nil, 0),
                ("stats --admin \(admin)", ["LARDER_TOKEN_FILE": "t"], nil, 0),
                ("stats --token-file none", [:], file, 1),
            ]
            for (words, environment, file, status) in cases {
                let result = try await larder.command(words, environment: environment, file: file, token: token)
                #expect(result.status == status, "\(words): \(result)")
                #expect(!result.errorOutput.contains(token))
            }
        }
    }

    @Test("an interface on a socket answers commands")
    func socket() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("admin.sock")
        let change = { (configuration: inout Configuration) in configuration.admin.listen = .unix(path: path) }
        try await withLarder(change) { (larder: TestLarder) async throws -> Void in
            for (words, file) in [
                ("stats", "admin: {listen: \"unix:\(path)\"}\n"), ("stats --admin unix:\(path)", nil),
            ] {
                let result = try await larder.command(words, file: file)
                #expect(result.status == 0, "\(result)")
            }
        }
    }
}

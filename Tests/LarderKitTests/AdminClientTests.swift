// The admin client against a scripted interface: what a command gets, and what its user reads when there is nothing.

import Coding
import Settings
import TestSupport
import Testing

@testable import LarderKit

@Suite("the admin client")
struct AdminClientTests {
    private func client(_ origin: ScriptedOrigin) throws -> AdminClient {
        AdminClient(try AdminLocation(admin: origin.url, tokenFile: nil, configuration: nil, environment: { _ in nil }))
    }

    private func failure(of response: ScriptedOrigin.Step...) async throws -> (Failure, url: String) {
        let origin = try ScriptedOrigin()
        origin.respond { _ in response }
        let client = try client(origin)
        let result = try await onThread { () -> Result<JSON, Failure> in
            Result { () throws(Failure) in try client.get("/stats") }
        }
        guard case .failure(let failure) = result else { throw TestError(.malformed, "no failure") }
        return (failure, origin.url)
    }

    @Test("a response is its JSON")
    func get() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("{\"a\": 1}")] }
        let client = try client(origin)
        #expect(try await onThread { try client.get("/stats?x") }["a"] == 1)
        #expect(origin.requests.map { "\($0.method) \($0.target)" } == ["GET /stats?x"])
    }

    @Test("a token goes with each request")
    func token() async throws {
        let origin = try ScriptedOrigin()
        origin.respond { _ in [.text("{}")] }
        let directory = try TemporaryDirectory()
        let file = try directory.write("0123456789abcdef\n", to: "token")
        let location = try AdminLocation(
            admin: origin.url,
            tokenFile: file,
            configuration: nil,
            environment: { _ in nil }
        )
        let client = AdminClient(location)
        _ = try await onThread { try client.get("/stats") }
        #expect(origin.requests.first?.field("Authorization") == "Bearer 0123456789abcdef")
    }

    @Test("a refusal has the interface's words, with the field that it names")
    func refusal() async throws {
        let body = #"{"status": 400, "detail": "url is no URL", "field": "url[17]"}"#
        let (failure, _) = try await failure(of: .text(body, status: 400))
        #expect(failure.description == "url is no URL" && failure.refusedItem == 17 && !failure.isPassing)
    }

    @Test("a refusal without words is reported by its status")
    func wordless() async throws {
        let (failure, url) = try await failure(of: .text("{}", status: 401))
        #expect(failure.description == "\(url) (--admin) responded with status 401" && failure.refusedItem == nil)
    }

    @Test("another server is recognized")
    func otherServer() async throws {
        let (failure, url) = try await failure(of: .text("<html>", status: 404))
        #expect(
            failure.description == "\(url) (--admin) responds, but not as larder's admin interface does (status 404)"
        )
    }

    @Test("a broken connection is reported")
    func broken() async throws {
        let (failure, url) = try await failure(of: .reset)
        #expect(failure.description.hasPrefix("\(url) (--admin) sent no complete response: "))
    }

    @Test("where nothing listens, the user is asked whether larder runs")
    func unreachable() async throws {
        let origin = try ScriptedOrigin()
        origin.stop()
        let client = try client(origin)
        let failure = await #expect(throws: Failure.self) { try await onThread { try client.get("/stats") } }
        #expect(failure?.description.hasPrefix("larder does not respond on \(origin.url) (--admin): ") == true)
        #expect(failure?.description.hasSuffix(". Is it running?") == true)
    }

    @Test("a post is repeated while larder is too busy, and says whether all is done", arguments: [200, 202])
    func busy(status: Int) async throws {
        let origin = try ScriptedOrigin()
        origin.on(
            "/purge",
            times: [[.text("{}", status: 503)], [.text("{}", status: 503)], [.text("{}", status: status)]]
        )
        let client = try client(origin)
        let isDone = try await onThread { try client.post("/purge", ["all": true]).isDone }
        #expect(isDone == (status == 200) && origin.requestCount("/purge") == 3)
        #expect(origin.requests.last.map { String(decoding: $0.body, as: UTF8.self) } == "{\"all\":true}")
    }
}

@Suite("where a command finds the running larder")
struct LocationTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func environment(_ variables: [String: String]) -> (String) -> String? { { variables[$0] } }

    @Test("an option comes before a file that is named, that before the environment")
    func order() throws {
        let file = try directory.write("admin: {listen: 127.0.0.1:3}\nlisten: 127.0.0.1:4\n", to: "larder.yaml")
        let all = environment(["LARDER_ADMIN": "http://h:2", "LARDER_URL": "http://h:5"])
        func admin(_ option: String?, _ file: String?) throws -> String {
            try AdminLocation(admin: option, tokenFile: nil, configuration: file, environment: all).description
        }
        #expect(try admin("http://h:1", file) == "http://h:1 (--admin)")
        #expect(try admin(nil, file) == "http://127.0.0.1:3 (admin.listen in \(file))")
        #expect(try admin(nil, nil) == "http://h:2 (LARDER_ADMIN)")
        func picture(_ option: String?, _ file: String?) throws -> String {
            try PictureLocation.address(url: option, configuration: file, environment: all).description
        }
        #expect(try picture("http://h:1", file) == "h:1")
        #expect(try picture(nil, file) == "127.0.0.1:4")
        #expect(try picture(nil, nil) == "h:5")
    }

    @Test("the token's file is found in the same order")
    func token() throws {
        for name in ["option", "file", "variable"] { try directory.write("the-token-of-\(name)\n", to: name) }
        let text = "admin: {listen: 127.0.0.1:3, token_file: \(directory.path("file"))}\n"
        let file = try directory.write(text, to: "larder.yaml")
        let all = environment(["LARDER_ADMIN": "http://h:2", "LARDER_TOKEN_FILE": directory.path("variable")])
        func token(_ option: String?, _ file: String?) throws -> String? {
            let option = option.map(directory.path)
            return try AdminLocation(admin: nil, tokenFile: option, configuration: file, environment: all)
                .token?.reveal()
        }
        #expect(try token("option", file) == "the-token-of-option")
        #expect(try token(nil, file) == "the-token-of-file")
        #expect(try token(nil, nil) == "the-token-of-variable")
    }

    @Test("a mistake names where it stands")
    func mistakes() throws {
        let failure = #expect(throws: Failure.self) {
            try AdminLocation(admin: nil, tokenFile: nil, configuration: nil, environment: { _ in "nonsense" })
        }
        #expect(failure?.description.hasPrefix("LARDER_ADMIN: \"nonsense\" is not an address") == true)
        let file = try directory.write("admin: {listen: nonsense}\n", to: "larder.yaml")
        let other = #expect(throws: Failure.self) {
            try AdminLocation(admin: nil, tokenFile: nil, configuration: file, environment: { _ in nil })
        }
        #expect(other?.description.hasPrefix("\(file):1:17: admin.listen: ") == true)
    }
}

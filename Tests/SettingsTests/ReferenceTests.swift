// The table of settings against what is checked in: docs/configuration.md and conf/larder.yaml.

import Foundation
import HTTPMessage
import Settings
import Testing

private let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

@Suite("the documents say what the table of settings says") struct ReferenceTests {
    /// With LARDER_WRITE_DOCS in the environment the file is written instead.
    @Test("docs/configuration.md is the generated reference") func document() throws {
        let file = top.appending(path: "docs/configuration.md")
        if ProcessInfo.processInfo.environment["LARDER_WRITE_DOCS"] != nil {
            try Data(reference().utf8).write(to: file)
        }
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text == reference(), "run the tests with LARDER_WRITE_DOCS=1 to write it anew")
    }

    @Test("conf/larder.yaml is read without a problem or a warning") func sample() throws {
        let text = try String(contentsOf: top.appending(path: "conf/larder.yaml"), encoding: .utf8)
        let loaded = try ConfigurationFile.parse(text: text, file: "larder.yaml", probe: FakeMachine())
        #expect(loaded.warnings.isEmpty)
        var standard = Configuration()
        standard.cache.directory = loaded.configuration.cache.directory
        standard.origins = loaded.configuration.origins
        standard.threads = loaded.configuration.threads
        #expect(loaded.configuration == standard)
        #expect(loaded.configuration.origins.count == 3)
    }

    @Test("conf/larder.yaml has every setting, and those commented out at their defaults") func commented() throws {
        let text = try String(contentsOf: top.appending(path: "conf/larder.yaml"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(uncommented)
        let machine = FakeMachine()
        let plain = try ConfigurationFile.parse(text: text, file: "l.yaml", probe: machine).configuration
        let all = try ConfigurationFile.parse(text: lines.joined(separator: "\n"), file: "l.yaml", probe: machine)
        var other = all.configuration
        let store = other.origins.removeLast()
        #expect(other.origins[0].url.text == plain.origins[0].url.text + "/large")
        other.origins[0].url = plain.origins[0].url
        let difference = changes(from: plain, to: other)
        let examples = [
            "admin.token_file", "access_log", "cache.max_response", "threads", "origins[0].headers",
            "origins[0].ca_file", "origins[0].probe", "loop_id", "cache.query", "cache.expect_images",
            "origins[0].strip", "origins[0].prefix",
            "origins[0].client_certificate", "origins[0].client_key", "origins[0].client_key_passphrase",
            "origins[0].server_name",
            "cache.ttl", "routes",
        ]
        #expect(Set(difference.reloadable + difference.needsRestart) == Set(examples))
        let standard = Configuration.S3()
        #expect(store.url.scheme == .s3)
        #expect(store.s3.accessKey.source == standard.accessKey.source)
        #expect(store.s3.secretKey.source == standard.secretKey.source)
        #expect(store.s3.forbidden == standard.forbidden)
        for row in settingDescriptions {
            let name = row.path.split(separator: ".").last.map(String.init) ?? row.path
            #expect(lines.contains { $0.contains("\(name):") }, "\(row.path)")
        }
    }

    /// The line with its setting in force: prose has exactly one space behind the `#`, a setting none or several.
    private func uncommented(_ line: Substring) -> String {
        let indent = line.prefix { $0 == " " }
        let rest = line.dropFirst(indent.count)
        guard rest.hasPrefix("#"), rest != "#" else { return String(line) }
        let content = rest.dropFirst()
        return content.prefix { $0 == " " }.count == 1 ? String(line) : String(indent + content)
    }

    @Test("every setting has one sentence, a kind and a default") func rows() {
        let paths = settingDescriptions.map(\.path)
        #expect(Set(paths).count == paths.count)
        for row in settingDescriptions {
            #expect(row.summary.hasSuffix(".") && !row.summary.dropLast().contains(". "), "\(row.path)")
            #expect(!row.kind.isEmpty)
            #expect(!row.defaultText.isEmpty, "\(row.path)")
        }
    }
}

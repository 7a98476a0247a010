// A value. Where the running larder is, and what lets a command in. An option of the command goes before a configuration
// file that is named, that before the environment, and that before the usual configuration file. Of a file, nothing but
// the settings that say this is looked at: it may be half edited, and the rest of it not be readable by this user.

import ArgumentParser
import Settings

/// `--config`, `--admin` and `--token-file`.
struct AdminOptions: ParsableArguments {
    @OptionGroup var file: ConfigurationOption
    @Option(
        help: ArgumentHelp(
            "The running larder's admin interface, http://HOST:PORT, https://… or unix:/path, in the place of a "
                + "configuration file. LARDER_ADMIN in the environment does the same.",
            valueName: "url"
        )
    )
    var admin: String?
    @Option(
        help: ArgumentHelp(
            "The file with the admin interface's token. LARDER_TOKEN_FILE in the environment does the same.",
            valueName: "file"
        )
    )
    var tokenFile: String?

    func validate() throws {
        try ArgumentBytes.check(tokenFile ?? "", "--token-file")
        if let admin { try checked("--admin") { () throws(Mistake) in _ = try AdminAddress(admin) } }
    }
}

struct AdminLocation: CustomStringConvertible {
    let address: AdminAddress
    let token: Secret?
    /// What said where it is.
    private let source: String

    var description: String { "\(address) (\(source))" }

    init(_ options: AdminOptions) throws(Failure) {
        let directory = SystemFileProbe().workingDirectory
        let variable = options.file.isNamed ? nil : Console.environment("LARDER_ADMIN")
        var tokenFile = options.tokenFile.map { ("--token-file", $0) }
        if tokenFile == nil, !options.file.isNamed {
            tokenFile = Console.environment("LARDER_TOKEN_FILE").map { ("LARDER_TOKEN_FILE", $0) }
        }
        if let (name, text) = options.admin.map({ ("--admin", $0) }) ?? variable.map({ ("LARDER_ADMIN", $0) }) {
            source = name
            address = try reporting(name) { () throws(Mistake) in try AdminAddress(text, relativeTo: directory) }
        } else {
            let path = options.file.path
            source = "admin.listen in \(path)"
            let hint = "--admin URL names the running larder without a configuration file"
            let parts = try options.file.parts(hint)
            address = AdminAddress(
                try reportingProblems(hint) { () throws(ConfigurationProblems) in try parts.adminListen() }
            )
            if tokenFile == nil {
                let found = try reportingProblems(hint) { () throws(ConfigurationProblems) in try parts.tokenFile() }
                tokenFile = found.map { ("admin.token_file in \(path)", $0) }
            }
        }
        token = try tokenFile.map { (name, file) throws(Failure) in
            let absolute = file.hasPrefix("/") ? file : "\(directory)/\(file)"
            let hint = name == "--token-file" ? "" : "; --token-file names another"
            return try reporting(name, hint) { () throws(Mistake) in
                try TokenFile.read(absolute)
            }
        }
    }
}

/// Where the picture port is: `--url`, or a configuration file.
struct PictureOptions: ParsableArguments {
    @OptionGroup var file: ConfigurationOption
    @Option(
        help: ArgumentHelp(
            "The running larder's picture port, http://HOST:PORT or unix:/path, in the place of a configuration "
                + "file. LARDER_URL in the environment does the same.",
            valueName: "url"
        )
    )
    var url: String?

    func validate() throws {
        if let url { try checked("--url") { () throws(Mistake) in _ = try ListenAddress(url: url) } }
    }

    /// The address of the picture port.
    func address() throws(Failure) -> ListenAddress {
        let directory = SystemFileProbe().workingDirectory
        let variable = file.isNamed ? nil : Console.environment("LARDER_URL")
        if let (name, text) = url.map({ ("--url", $0) }) ?? variable.map({ ("LARDER_URL", $0) }) {
            return try reporting(name) { () throws(Mistake) in try ListenAddress(url: text, relativeTo: directory) }
        }
        let hint = "--url http://HOST:PORT names the picture port without a configuration file"
        let parts = try file.parts(hint)
        let found = try reportingProblems(hint) { () throws(ConfigurationProblems) in try parts.listen() }
        guard let first = found.first else { throw Failure("\(file.path): listen: has no address; \(hint)") }
        return first
    }
}

/// A mistake in an option ends the command before it begins (64).
private func checked(_ name: String, _ body: () throws(Mistake) -> Void) throws {
    do throws(Mistake) {
        try body()
    } catch {
        throw ValidationError("\(name): \(error)")
    }
}

private func reporting<Value>(
    _ name: String,
    _ end: String = "",
    _ body: () throws(Mistake) -> Value
) throws(Failure) -> Value {
    do throws(Mistake) {
        return try body()
    } catch {
        throw Failure("\(name): \(error)\(end)")
    }
}

func reportingProblems<Value>(
    _ hint: String,
    _ body: () throws(ConfigurationProblems) -> Value
) throws(Failure) -> Value {
    do throws(ConfigurationProblems) {
        return try body()
    } catch {
        throw Failure(error.problems.map { "\($0.told); \(hint)" }.joined(separator: "\n"))
    }
}

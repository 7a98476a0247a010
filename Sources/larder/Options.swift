// Value. The options that several commands share.

import ArgumentParser
import Glibc
import HTTPMessage
import LarderKit
import Settings

/// `--config FILE`.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration file. (default: \(ConfigurationFile.defaultPath))",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var named: String?

    /// The file to read.
    var path: String { named ?? ConfigurationFile.defaultPath }

    func validate() throws { try ArgumentBytes.check(path, "--config") }

    /// Reads the whole file.
    /// - Throws: A failure that names every problem; warnings are not part of it.
    func load() throws(Failure) -> ConfigurationFile.Loaded {
        do {
            return try ConfigurationFile.load(path)
        } catch {
            throw Failure(error)
        }
    }
}

/// `--json`.
struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isWanted = false
}

/// `--config`, `--admin` and `--token-file`.
struct AdminOptions: ParsableArguments {
    @OptionGroup var file: ConfigurationOption
    @Option(
        help: ArgumentHelp(
            "The running larder's admin interface, http://HOST:PORT, https://… or unix:/path, instead of a "
                + "configuration file. The variable LARDER_ADMIN has the same effect.",
            valueName: "url"
        )
    )
    var admin: String?
    @Option(
        help: ArgumentHelp(
            "The file with the token of the admin interface. The variable LARDER_TOKEN_FILE has the same effect.",
            valueName: "file"
        )
    )
    var tokenFile: String?

    func validate() throws {
        try ArgumentBytes.check(tokenFile ?? "", "--token-file")
        if let admin { try checked("--admin") { () throws(Mistake) in _ = try AdminAddress(admin) } }
    }

    func client() throws(Failure) -> AdminClient {
        AdminClient(try AdminLocation(admin: admin, tokenFile: tokenFile, configuration: file.named))
    }
}

/// `--config` and `--url`.
struct PictureOptions: ParsableArguments {
    @OptionGroup var file: ConfigurationOption
    @Option(
        help: ArgumentHelp(
            "The running larder's picture port, http://HOST:PORT or unix:/path, instead of a configuration "
                + "file. The variable LARDER_URL has the same effect.",
            valueName: "url"
        )
    )
    var url: String?

    func validate() throws {
        if let url { try checked("--url") { () throws(Mistake) in _ = try ListenAddress(url: url) } }
    }

    func address() throws(Failure) -> ListenAddress {
        try PictureLocation.address(url: url, configuration: file.named)
    }
}

/// `--paths` and `--null`: the form of a list of names.
struct ListOptions: ParsableArguments {
    @Flag(help: "The list has names of files in the pictures' directory, as find prints them there, instead of URLs.")
    var paths = false
    @Flag(name: [.customLong("null"), .customShort("0")], help: "Names end with NUL, as find -print0 prints them.")
    var isNullSeparated = false

    /// What every command's help says of lists.
    static let help = """
        Each line of a list is a path or full URL, as in a request; with --paths, the name of a file. A name is all \
        bytes of its line, blanks included, without the line end (LF or CR LF). Empty lines are skipped, and so are \
        lines that begin with # and a blank. A line that is not a name is reported with its number; the rest is \
        processed, and the exit status is 1.
        """

    func names(of file: FileArgument) throws(Failure) -> NameList {
        try NameList(file, paths ? .files : .urls, isNullSeparated ? .null : .newline)
    }
}

extension NameArgument: ExpressibleByArgument {}

extension FileArgument: ExpressibleByArgument {
    static var defaultCompletionKind: CompletionKind { .file() }
}

extension ArgumentBytes {
    /// Refuses a text that is not UTF-8.
    static func check(_ text: String, _ name: String) throws {
        if let mistake = mistake(in: text, name) { throw ValidationError(mistake) }
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

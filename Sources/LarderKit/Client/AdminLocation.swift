// Value. The address of the running larder's admin interface, and the token for it. The order of precedence: an option
// of the command, a configuration file that is named, the environment, the default configuration file. Only the
// necessary settings are read: the rest of the file may be wrong or unreadable.

import Settings

package struct AdminLocation: CustomStringConvertible {
    let address: AdminAddress
    let token: Secret?
    /// The option, variable or setting that gave the address.
    private let source: String

    package var description: String { "\(address) (\(source))" }

    /// - Parameters:
    ///   - admin: The URL of the admin interface, from the command line.
    ///   - tokenFile: The file with its token, from the command line.
    ///   - configuration: The configuration file that the command line names.
    ///   - environment: The value of a variable.
    package init(
        admin: String?,
        tokenFile: String?,
        configuration: String?,
        environment: (String) -> String? = Console.environment
    ) throws(Failure) {
        let directory = SystemFileProbe().workingDirectory
        let variable = configuration == nil ? environment("LARDER_ADMIN") : nil
        var tokenFile = tokenFile.map { ("--token-file", $0) }
        if tokenFile == nil, configuration == nil {
            tokenFile = environment("LARDER_TOKEN_FILE").map { ("LARDER_TOKEN_FILE", $0) }
        }
        if let (name, text) = admin.map({ ("--admin", $0) }) ?? variable.map({ ("LARDER_ADMIN", $0) }) {
            source = name
            address = try Failure.reporting(name) { () throws(Mistake) in
                try AdminAddress(text, relativeTo: directory)
            }
        } else {
            let path = configuration ?? ConfigurationFile.defaultPath
            source = "admin.listen in \(path)"
            let hint = "--admin URL names the running larder without a configuration file"
            let (listen, file) = try Failure.reportingProblems(hint) { () throws(ConfigurationProblems) in
                let parts = try ConfigurationFile.parts(of: path)
                return (try parts.adminListen(), tokenFile == nil ? try parts.tokenFile() : nil)
            }
            address = AdminAddress(listen)
            if let file { tokenFile = ("admin.token_file in \(path)", file) }
        }
        token = try tokenFile.map { (name, file) throws(Failure) in
            let absolute = file.hasPrefix("/") ? file : "\(directory)/\(file)"
            let hint = name == "--token-file" ? "" : "; --token-file names another"
            return try Failure.reporting(name, hint) { () throws(Mistake) in try TokenFile.read(absolute) }
        }
    }
}

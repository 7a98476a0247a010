// Value. The address of the running larder's picture port. The order of precedence: an option, a configuration file
// that is named, the environment, the default configuration file.

package import Settings

package enum PictureLocation {
    /// - Parameters:
    ///   - url: The URL of the picture port, from the command line.
    ///   - configuration: The configuration file that the command line names.
    ///   - environment: The value of a variable.
    package static func address(
        url: String?,
        configuration: String?,
        environment: (String) -> String? = Console.environment
    ) throws(Failure) -> ListenAddress {
        let directory = SystemFileProbe().workingDirectory
        let variable = configuration == nil ? environment("LARDER_URL") : nil
        if let (name, text) = url.map({ ("--url", $0) }) ?? variable.map({ ("LARDER_URL", $0) }) {
            return try Failure.reporting(name) { () throws(Mistake) in
                try ListenAddress(url: text, relativeTo: directory)
            }
        }
        let path = configuration ?? ConfigurationFile.defaultPath
        let hint = "--url http://HOST:PORT names the picture port without a configuration file"
        let found = try Failure.reportingProblems(hint) { () throws(ConfigurationProblems) in
            try ConfigurationFile.parts(of: path).listen()
        }
        guard let first = found.first else { throw Failure("\(path): listen: has no address; \(hint)") }
        return first
    }
}

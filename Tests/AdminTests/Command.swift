// Stateless: larder's commands, as the shell starts them, against a larder in process.

import Glibc
import TestSupport

/// The binary under test, which the build puts beside the tests' own.
let larderBinary: String = {
    // because readlink writes at most as many bytes as it is told
    let path = unsafe String(unsafeUninitializedCapacity: Int(PATH_MAX)) { room in
        unsafe room.withMemoryRebound(to: CChar.self) { characters in
            guard let base = characters.baseAddress else { return 0 }
            return unsafe max(0, readlink("/proc/self/exe", base, characters.count))
        }
    }
    return path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/larder"
}()

extension TestLarder {
    /// The text of a configuration that leads commands here.
    func file(in directory: TemporaryDirectory) -> String {
        """
        listen: 127.0.0.1:\(picturePort)
        admin: {listen: "127.0.0.1:\(adminPort)"}
        cache: {directory: \(directory.path)/cache, max_size: 64MiB}
        origins: [{url: "\(origin.url)"}]
        """
    }

    /// Runs a command with the configuration of this larder.
    /// - Parameters:
    ///   - words: What stands behind `larder`, as the shell reads it: `purge "$(printf '/caf\\351.jpg')"`.
    ///   - input: What it reads from standard input, a byte a character.
    /// - Returns: What became of it.
    /// - Throws: What starting it throws.
    func command(_ words: String, input: String = "") async throws -> CommandResult {
        let directory = try TemporaryDirectory()
        _ = try directory.write(file(in: directory), to: "larder.yaml")
        return try await run(
            ["sh", "-c", "exec \"$LARDER\" \(words) --config larder.yaml"],
            environment: ["LARDER": larderBinary],
            directory: directory.path,
            input: input.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        )
    }
}

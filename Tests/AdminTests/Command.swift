// Stateless. Larder's commands, as the shell starts them, against a larder in process.

import Glibc
import LarderHarness
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
    private var file: String {
        """
        listen: 127.0.0.1:\(picturePort)
        admin: {listen: "127.0.0.1:\(adminPort)"}
        """
    }

    /// Runs a command with a configuration that leads it to this larder.
    /// - Parameters:
    ///   - words: What stands behind `larder`, as the shell reads it: `purge "$(printf '/caf\\351.jpg')"`.
    ///   - input: What it reads from standard input, a byte a character.
    ///   - environment: What the environment has besides.
    /// - Returns: What became of it.
    /// - Throws: What starting it throws.
    func command(_ words: String, input: String = "", environment: [String: String] = [:]) async throws -> CommandResult
    {
        try await command(words, input: input, environment: environment, file: file)
    }

    /// Runs a command.
    /// - Parameters:
    ///   - words: As above.
    ///   - input: As above.
    ///   - environment: What the environment has besides.
    ///   - file: The text of the configuration file; nil for none.
    ///   - token: What the file `t` in the working directory has.
    /// - Returns: What became of it.
    /// - Throws: What starting it throws.
    func command(
        _ words: String,
        input: String = "",
        environment: [String: String] = [:],
        file: String?,
        token: String = ""
    ) async throws -> CommandResult {
        try await runLarder(
            "\(words) \(file == nil ? "" : "--config larder.yaml")",
            input: input,
            environment: environment,
            files: ["t": token + "\n"].merging(file.map { ["larder.yaml": $0] } ?? [:]) { $1 }
        )
    }
}

/// Runs the binary.
/// - Parameters:
///   - words: What stands behind `larder`, as the shell reads it.
///   - input: What it reads from standard input, a byte a character.
///   - environment: What the environment has besides.
///   - files: What the working directory has.
/// - Returns: What became of it.
/// - Throws: What starting it throws.
func runLarder(
    _ words: String,
    input: String = "",
    environment: [String: String] = [:],
    files: [String: String] = [:]
) async throws -> CommandResult {
    let directory = try TemporaryDirectory()
    for (name, text) in files { _ = try directory.write(text, to: name) }
    return try await run(
        ["sh", "-c", "exec \"$LARDER\" \(words)"],
        environment: environment.merging(["LARDER": larderBinary]) { $1 },
        directory: directory.path,
        input: input.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    )
}

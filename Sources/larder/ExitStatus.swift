// Stateless. How a command ends.

import ArgumentParser
import Glibc
import LarderKit

extension ExitCode {
    /// A purge holds, but larder has not yet put it on the disk, or has not yet removed all that it names.
    static let notDurable = ExitCode(3)
}

/// Runs a command's body; prints a failure on standard error.
func reportingFailures(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let failure as Failure {
        Console.write("larder: \(failure)\n", to: STDERR_FILENO)
        throw ExitCode.failure
    }
}

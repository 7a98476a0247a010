// A value. Why a command is not done, in the words that its user reads; exit status 1.

import ArgumentParser
import Glibc

struct Failure: Error, CustomStringConvertible {
    let description: String
    /// Which of the things asked for the admin interface refuses, from 0; nil where it is none of them alone.
    let refusedItem: Int?

    init(_ description: String, refusedItem: Int? = nil) {
        self.description = description
        self.refusedItem = refusedItem
    }
}

/// Runs a command's body; a failure is told on standard error, a line at a time.
func reportingFailures(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let failure as Failure {
        Console.write("larder: \(failure)\n", to: STDERR_FILENO)
        throw ExitCode.failure
    }
}

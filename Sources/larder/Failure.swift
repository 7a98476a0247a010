// A value. Why a command is not done, in the words that its user reads; exit status 1.

import ArgumentParser
import Glibc

struct Failure: Error, CustomStringConvertible {
    let description: String
    /// What the admin interface refuses of what it was asked for, as `url[17]`; nil where it is nothing alone.
    let refusedField: String?
    /// The admin interface has too much to do now, and takes the same a little later (503).
    let isPassing: Bool

    init(_ description: String, refusedField: String? = nil, isPassing: Bool = false) {
        self.description = description
        self.refusedField = refusedField
        self.isPassing = isPassing
    }

    /// The place in the field that is refused, from 0.
    var refusedItem: Int? {
        let parts = refusedField?.split(separator: "[") ?? []
        return parts.count == 2 && parts[1].hasSuffix("]") ? Int(parts[1].dropLast()) : nil
    }
}

extension ExitCode {
    /// A purge holds, and larder could not put it on the disk yet, or has not removed all that it names.
    static let notDurable = ExitCode(3)
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

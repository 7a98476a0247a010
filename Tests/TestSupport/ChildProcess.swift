// Shared. A program started by a test. The test owns it: it is killed at deinit if it still runs. Threads collect its
// output and its end; once the end is known no signal is sent, since the number may be reused.

import Glibc
import Runtime
import Synchronization

/// A running program whose output is collected.
package final class ChildProcess: Sendable {
    /// The process's number.
    package let id: Int32
    private let state: ChildState

    /// Starts a program, found by `PATH`; `environment` adds to this process's own.
    package init(
        _ command: [String],
        environment: [String: String] = [:],
        directory: String? = nil,
        input: [UInt8] = []
    ) throws {
        let child = try Spawn.start(command, environment: environment, directory: directory)
        let state = ChildState(id: child.id)
        id = child.id
        self.state = state
        startThread { state.collect(child.output, as: \.output) }
        startThread { state.collect(child.errors, as: \.errors) }
        startThread { state.reap() }
        startThread {
            // A child that does not read its input is no failure of ours.
            try? Descriptor.write(child.input, input)
            close(child.input)
        }
    }

    deinit { kill() }

    /// What it wrote to standard output so far.
    package var output: String { String(decoding: state.collected.withLock { $0.output }, as: UTF8.self) }

    /// What it wrote to standard error so far.
    package var errorOutput: String { String(decoding: state.collected.withLock { $0.errors }, as: UTF8.self) }

    /// Whether it has not ended.
    package var isRunning: Bool { state.collected.withLock { $0.status == nil } }

    /// Sends a signal, unless it has ended.
    package func signal(_ number: Int32) { state.signal(number) }

    /// Asks it to end (SIGTERM).
    package func terminate() { signal(SIGTERM) }

    /// Ends it at once (SIGKILL).
    package func kill() { signal(SIGKILL) }

    /// Waits for its end and all its output; throws when the time is up.
    /// - Parameter time: How long to wait at most.
    /// - Returns: The exit status; 128 and the signal's number where a signal ended it, as in a shell.
    /// - Throws: `TestError` of kind `timeout`.
    @discardableResult
    package func wait(within time: Duration = .seconds(60)) async throws -> Int32 {
        try await eventually("the end of process \(id)", within: time) {
            state.collected.withLock { $0.status != nil && $0.openStreams == 0 }
        }
        return state.collected.withLock { $0.status } ?? -1
    }
}

/// What became of a program that has ended.
package struct CommandResult: Sendable {
    /// The exit status; 128 and the signal's number where a signal ended it, as in a shell.
    package let status: Int32
    /// What it wrote to standard output.
    package let output: String
    /// What it wrote to standard error.
    package let errorOutput: String
}

/// Runs a program to its end and collects its output; it is killed when the time is up.
package func run(
    _ command: [String],
    environment: [String: String] = [:],
    directory: String? = nil,
    input: [UInt8] = [],
    within time: Duration = .seconds(60)
) async throws -> CommandResult {
    let child = try ChildProcess(command, environment: environment, directory: directory, input: input)
    let status = try await child.wait(within: time)
    return CommandResult(status: status, output: child.output, errorOutput: child.errorOutput)
}

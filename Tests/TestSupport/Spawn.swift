// Stateless. Posix_spawn with three pipes, so that its C strings and structures are met in this file only. All
// descriptors are close-on-exec; the child gets its ends as 0, 1 and 2 alone.

import Glibc
import Runtime
import Synchronization

enum Spawn {
    /// A started process and this side's ends of its pipes, which the caller closes.
    struct Child {
        var id: Int32
        var input: Int32
        var output: Int32
        var errors: Int32
    }

    static func start(_ command: [String], environment: [String: String], directory: String?) throws -> Child {
        signal(SIGPIPE, SIG_IGN)  // a child that ends without reading its input must not end the tests
        let input = try Pipe.make()
        let output = try Pipe.make()
        let errors = try Pipe.make()
        defer { for end in [input.read, output.write, errors.write] { close(end) } }
        do {
            let ends = [input.read, output.write, errors.write]
            // posix_spawn's own way to change the directory is a GNU extension that Swift does not see.
            let command = directory.map { ["env", "-C", $0] + command } ?? command
            let id = try spawn(command, inherited(with: environment), ends)
            return Child(id: id, input: input.write, output: output.read, errors: errors.read)
        } catch {
            for end in [input.write, output.read, errors.read] { close(end) }
            throw error
        }
    }

    private static func spawn(
        _ command: [String],
        _ environment: [String],
        _ ends: [Int32]
    ) throws -> Int32 {
        // because posix_spawn works on C structures and C strings; all of them outlive the call and none escapes it
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, end) in ends.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, end, Int32(number))
        }
        // A thread of Swift's pool blocks most signals and SIGPIPE is ignored here: the child must inherit neither.
        var attributes = posix_spawnattr_t()
        var none = sigset_t()
        var defaults = sigset_t()
        // because as above
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe sigemptyset(&defaults)
        unsafe sigaddset(&defaults, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var id: pid_t = 0
        let result = inheritance.withLock { _ in
            unsafe withCStrings(command) { arguments in
                unsafe withCStrings(environment) { variables in
                    unsafe posix_spawnp(&id, command.first ?? "", &actions, &attributes, arguments, variables)
                }
            }
        }
        guard result == 0 else {
            throw TestError(.system, "start \(command.joined(separator: " "))", errorNumber: result)
        }
        return id
    }

    /// This process's environment with additions and replacements.
    private static func inherited(with changes: [String: String]) -> [String] {
        var variables: [String] = []
        // because environ is an array of C strings that ends with nil; each is copied at once
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let variable = unsafe String(cString: entry)
            if changes[String(variable.prefix { $0 != "=" })] == nil { variables.append(variable) }
            unsafe next += 1
        }
        return variables + changes.map { "\($0.key)=\($0.value)" }
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        // because the copies live until the body has returned
        var copies = unsafe strings.map { unsafe strdup($0) }
        unsafe copies.append(nil)
        defer { while let copy = unsafe copies.popLast() { unsafe free(copy) } }
        return unsafe body(copies)
    }
}

// larder check: every problem of a configuration file, at once.

import Admin
import ArgumentParser
import Glibc
import Settings

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration file.",
        discussion: """
            Prints every problem with its file, line and column, what is wrong and what is expected. Nothing is \
            started or changed. A file that passes may still be doubtful: warnings are printed too, and do not count.

            EXAMPLES
              larder check
              larder check --config larder.yaml --explain
            """
    )

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var json: JSONOption
    @Flag(help: "List every setting with the value it has.")
    var explain = false

    func run() async throws {
        do throws(ConfigurationProblems) {
            let loaded = try ConfigurationFile.load(options.file)
            if json.isWanted {
                tellJSON([], loaded.warnings, loaded.configuration)
            } else {
                tell(loaded)
            }
        } catch {
            if json.isWanted {
                tellJSON(error.problems, error.warnings, nil)
            } else {
                for problem in error.problems { Console.write(problem.told + "\n", to: STDERR_FILENO) }
                for warning in error.warnings { Console.write("warning: \(warning.told)\n", to: STDERR_FILENO) }
            }
            throw ExitCode.failure
        }
    }

    private func tell(_ loaded: ConfigurationFile.Loaded) {
        for warning in loaded.warnings { Console.write("warning: \(warning.told)\n", to: STDERR_FILENO) }
        if explain {
            var table = TextTable(.left, .left)
            for (path, value) in listing(of: loaded.configuration) { table.add(path, value) }
            for line in table.lines() { Console.print(line) }
        } else {
            Console.print("\(options.file): valid")
        }
    }

    private func tellJSON(_ problems: [Problem], _ warnings: [Problem], _ configuration: Configuration?) {
        var members: [JSON.Member] = [
            .init("file", .string(options.file)), .init("is_valid", .bool(problems.isEmpty)),
            .init("problems", .array(problems.map(Self.json))), .init("warnings", .array(warnings.map(Self.json))),
        ]
        if explain, let configuration {
            let settings = listing(of: configuration).map { JSON.Member($0.path, .string($0.value)) }
            members.append(.init("settings", .object(settings)))
        }
        Console.print(JSON.object(members).indented)
    }

    private static func json(_ problem: Problem) -> JSON {
        [
            "file": .string(problem.file), "line": problem.line.map(JSON.integer) ?? .null,
            "column": problem.column.map(JSON.integer) ?? .null, "path": .string(problem.path),
            "message": .string(problem.message), "expected": .string(problem.expected),
        ]
    }
}

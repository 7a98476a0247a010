// larder check: reports every problem of a configuration file at once.

import ArgumentParser
import Coding
import Glibc
import LarderKit
import Settings

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration file.",
        discussion: """
            Prints every problem with its file, line and column, what is wrong and what is expected. Starts and \
            changes nothing. Warnings are printed too, but a file with warnings alone is valid. Routes are listed in the \
            order in which they are tried, with their origins, whether the host is part of their keys, and their own \
            cache settings.

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
            let loaded = try ConfigurationFile.load(options.path)
            if json.isWanted {
                printJSON([], loaded.warnings, loaded.configuration)
            } else {
                printSummary(loaded)
            }
        } catch {
            if json.isWanted {
                printJSON(error.problems, error.warnings, nil)
            } else {
                for problem in error.problems { Console.write(problem.diagnostic + "\n", to: STDERR_FILENO) }
                for warning in error.warnings { Console.write("warning: \(warning.diagnostic)\n", to: STDERR_FILENO) }
            }
            throw ExitCode.failure
        }
    }

    private func printSummary(_ loaded: ConfigurationFile.Loaded) {
        for warning in loaded.warnings { Console.write("warning: \(warning.diagnostic)\n", to: STDERR_FILENO) }
        if explain {
            var table = TextTable(.left, .left)
            for (path, value) in listing(of: loaded.configuration) { table.add(path, value) }
            for line in table.lines() { Console.print(line) }
        } else {
            Console.print("\(options.path): valid")
            if !loaded.configuration.routes.isEmpty {
                for line in Self.table(of: loaded.configuration) { Console.print(line) }
            }
        }
    }

    private static func table(of configuration: Configuration) -> [String] {
        var table = TextTable(.left, .left, .left, .left, .left, .left)
        table.add("ROUTE", "HOST", "PATH", "ORIGINS", "KEYS", "CACHE")
        for route in routes(of: configuration) {
            let settings = route.settings.map { "\($0.name)=\($0.value.filter { $0 != " " })" }
            table.add(
                route.name,
                route.host,
                route.path,
                route.hasOwnOrigins ? route.origins.joined(separator: " ") : "as origins",
                route.keyHasHost ? "with host" : "path only",
                (settings + (route.isReached ? [] : ["(takes no request)"])).joined(separator: " ")
            )
        }
        return table.lines(indent: 2)
    }

    private func printJSON(_ problems: [Problem], _ warnings: [Problem], _ configuration: Configuration?) {
        var members: [JSON.Member] = [
            .init("file", .string(options.path)), .init("is_valid", .bool(problems.isEmpty)),
            .init("problems", .array(problems.map(Self.json))), .init("warnings", .array(warnings.map(Self.json))),
        ]
        if let configuration {
            members.append(.init("routes", .array(routes(of: configuration).map(Self.json))))
        }
        if explain, let configuration {
            let settings = listing(of: configuration).map { JSON.Member($0.path, .string($0.value)) }
            members.append(.init("settings", .object(settings)))
        }
        Console.print(JSON.object(members).indented)
    }

    private static func json(_ route: ListedRoute) -> JSON {
        [
            "route": .string(route.name), "host": .string(route.host), "path": .string(route.path),
            "origins": .array(route.origins.map { .string($0) }), "has_own_origins": .bool(route.hasOwnOrigins),
            "key_has_host": .bool(route.keyHasHost),
            "settings": .object(route.settings.map { .init($0.name, .string($0.value)) }),
            "is_reached": .bool(route.isReached),
        ]
    }

    private static func json(_ problem: Problem) -> JSON {
        [
            "file": .string(problem.file), "line": problem.line.map(JSON.integer) ?? .null,
            "column": problem.column.map(JSON.integer) ?? .null, "path": .string(problem.path),
            "message": .string(problem.message), "expected": .string(problem.expected),
        ]
    }
}

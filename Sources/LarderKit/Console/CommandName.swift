// Stateless. Recognizes a command that does not exist and suggests one.

import Settings

package enum CommandName {
    /// The mistake in the command's name in the arguments; nil if the name is known or absent.
    package static func mistake(in arguments: [String], known: [String]) -> String? {
        var names = arguments[...]
        if names.first == "help" { names = names.dropFirst() }
        guard let name = names.first, !name.hasPrefix("-"), !(known + ["help"]).contains(name) else { return nil }
        let hint = Suggestion.closest(to: name, among: known).map { "did you mean \($0)?" }
        return "\"\(name)\" is not a command of larder; \(hint ?? "larder --help lists them")"
    }
}

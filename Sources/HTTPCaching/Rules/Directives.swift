// value: a list of cache directives taken apart (RFC 9111 §5.2).
//
// Part of CacheControl. Invariant: never fails: what is malformed comes out as a directive that no rule knows, or as a known one
// with an argument that is no number, which the rules treat as the strictest there is.

import HTTPMessage

/// One directive: a name in lower case and what follows the equals sign.
struct Directive: Equatable {
    var name: String
    /// The argument with quotes and escapes resolved; nil where there is no equals sign.
    var argument: String?

    /// The directives of a field value in order.
    static func list(_ value: String) -> [Directive] {
        FieldList.members(of: value).map { member in
            let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // A blank before the equals sign is not in the grammar; the name is still meant.
            let name = FieldList.lowercased(FieldList.trimmed(parts[0]))
            guard parts.count == 2 else {
                return Directive(name: name, argument: nil)
            }
            // A blank after the equals sign stays, so that the argument is no number.
            let argument = FieldList.unquoted(parts[1]) ?? String(parts[1])
            return Directive(name: name, argument: parts[0].last == " " ? " " + argument : argument)
        }
    }

    /// The argument as delta-seconds, at most 2^31 (RFC 9111 §1.2.2); nil where it is none.
    var seconds: Int? {
        argument.flatMap { DeltaSeconds.parse($0) }
    }

    /// The field names in the argument in lower case, or nil where there is none or it is malformed.
    var fieldNames: [String]? {
        guard let argument else {
            return nil
        }
        let names = FieldList.members(of: argument).map { FieldList.lowercased($0) }
        return !names.isEmpty && names.allSatisfy { FieldList.isToken($0) } ? names : nil
    }
}

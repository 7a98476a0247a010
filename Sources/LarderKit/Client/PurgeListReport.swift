// Value. The outcome of a list of purges.

package import Coding

package struct PurgeListReport {
    package let names: Int
    package let responses: Int
    package let bytes: Int
    package let failures: Int
    package let isComplete: Bool
    /// Why a crash may undo part of it; nil if it would not.
    package let remainder: String?

    package var json: JSON {
        [
            "names": .integer(names), "responses": .integer(responses), "bytes": .integer(bytes),
            "errors": .integer(failures), "is_complete": .bool(isComplete),
            "is_durable": .bool(remainder == nil), "reason": remainder.map { .string($0) } ?? .null,
        ]
    }
}

extension JSON {
    /// Why a purge is not finished, according to the admin interface's response.
    package var remainder: String { self["reason"]?.text ?? "Its sweep has not ended yet." }
}

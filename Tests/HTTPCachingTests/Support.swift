// Value. What the tables of this target share: fields from text, decisions with the time left out.
//
// Owned by HTTPCachingTests. Invariant: every table counts time from `born`.

import HTTPCaching
import HTTPMessage

/// Sun, 06 Nov 1994 08:49:37 GMT: when every response here is received.
let born = WallTime(secondsSinceEpoch: 784_111_777)

/// The HTTP date so many seconds after `born`.
func date(_ seconds: Int) -> String {
    HTTPDate.format(born + seconds)
}

/// Fields of a text with a line a field.
func fields(_ text: String) -> Fields {
    Fields(
        text.split(separator: "\n").map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = FieldList.trimmed(String(line.suffix(from: colon).dropFirst()))
            return (String(line[..<colon]), value)
        }
    )
}

/// By the letter of RFC 9111 where an operator may choose: Set-Cookie is kept, and a heuristic has no least lifetime.
let rules = CachingRules(
    defaultTTL: 100,
    heuristicFraction: 0.1,
    heuristicMinimum: 0,
    heuristicMaximum: 1000,
    grace: 30,
    staleIfError: 5000,
    negativeTTL: 10,
    maximumTTL: 1_000_000,
    setCookie: .keep
)

/// What storing a response comes to.
func decide(
    _ response: String,
    status: Int = 200,
    request: String = "",
    method: Method = .get,
    delay: Int = 0,
    rules: CachingRules = rules
) -> Storability {
    Storability.decide(
        method: method,
        request: fields(request),
        status: status,
        response: fields(response),
        requestTime: born - delay,
        responseTime: born,
        rules: rules
    )
}

/// The facts of a response that is storable.
func storedFacts(
    _ response: String,
    status: Int = 200,
    request: String = "",
    delay: Int = 0,
    rules: CachingRules = rules
) -> StoredFacts? {
    guard case .storable(let facts) = decide(response, status: status, request: request, delay: delay, rules: rules)
    else {
        return nil
    }
    return facts
}

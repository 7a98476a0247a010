// Value. The options of Connection that decide whether the connection stays open (RFC 9110 §7.6.1, RFC 9112 §9.3).
//
// Part of HeadReader; collects them over every line of the field. Invariant: an unknown option is remembered as such,
// so that the connection builds `Fields` and drops the fields that the option names.

struct ConnectionOptions {
    private(set) var close = false
    private(set) var keepAlive = false
    private(set) var others = false

    mutating func note(_ span: RawSpan, _ value: Range<Int>) {
        var start = value.lowerBound
        while start < value.upperBound {
            var comma = start
            while comma < value.upperBound, span[comma] != ASCII.comma {
                comma += 1
            }
            let option = span.trimmed(start..<comma)
            if span.matches(option, lowercased: "close") {
                close = true
            } else if span.matches(option, lowercased: "keep-alive") {
                keepAlive = true
            } else if !option.isEmpty {
                others = true
            }
            start = comma + 1
        }
    }
}

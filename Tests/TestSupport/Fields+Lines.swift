// Value. Field lines as text, to compare and to print.

package import HTTPMessage

extension Fields {
    /// Name and value of each line, in order.
    package var lines: [[String]] {
        var lines: [[String]] = []
        eachLine { line, span in lines.append([span.text(line.name), span.text(line.value)]) }
        return lines
    }
}

// Value. Lines of columns, each as wide as its widest cell; numbers are aligned on the right.

package struct TextTable {
    package enum Side {
        case left
        case right
    }

    private let sides: [Side]
    private var rows: [[String]] = []

    package init(_ sides: Side...) { self.sides = sides }

    package mutating func add(_ cells: String...) { rows.append(cells) }

    /// The lines, without trailing spaces.
    package func lines(indent: Int = 0) -> [String] {
        let widths = sides.indices.map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell -> String in
                let room = String(repeating: " ", count: max(0, widths[column] - cell.count))
                return sides[column] == .left ? cell + room : room + cell
            }
            var line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}

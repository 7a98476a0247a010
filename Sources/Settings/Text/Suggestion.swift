// Value. "Did you mean": the known word closest to an unknown one, if it is close enough to be a typing error.

/// Finds the known word that a misspelt one was meant to be.
package enum Suggestion {
    /// The closest of some words by edit distance.
    ///
    /// - Parameters:
    ///   - word: The unknown word.
    ///   - words: The known words.
    /// - Returns: Nil if none is within a third of the word's length.
    package static func closest(to word: String, among words: [String]) -> String? {
        // A bound: the distance is quadratic, and nobody misspells a setting at length.
        guard word.utf8.count <= 64 else { return nil }
        let normal = normalized(word)
        let allowed = max(1, normal.count / 3)
        let ranked = words.map { (word: $0, distance: distance(normal, normalized($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= allowed else { return nil }
        return best.word
    }

    /// `maxSize`, `max-size` and `MAX_SIZE` are all `max_size`.
    private static func normalized(_ word: String) -> [Character] {
        Array(word.lowercased()).filter { $0 != "_" && $0 != "-" && $0 != " " }
    }

    /// The number of letters to add, drop, change or swap with a neighbour (optimal string alignment).
    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var rows = [[Int]](repeating: [Int](repeating: 0, count: second.count + 1), count: first.count + 1)
        for row in 0...first.count { rows[row][0] = row }
        for column in 0...second.count { rows[0][column] = column }
        guard !first.isEmpty, !second.isEmpty else { return max(first.count, second.count) }
        for row in 1...first.count {
            for column in 1...second.count {
                let cost = first[row - 1] == second[column - 1] ? 0 : 1
                var best = min(rows[row - 1][column] + 1, rows[row][column - 1] + 1, rows[row - 1][column - 1] + cost)
                if row > 1, column > 1, first[row - 1] == second[column - 2], first[row - 2] == second[column - 1] {
                    best = min(best, rows[row - 2][column - 2] + 1)
                }
                rows[row][column] = best
            }
        }
        return rows[first.count][second.count]
    }
}

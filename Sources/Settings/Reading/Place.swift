// Value. A place in the file, counted from 1; columns count Unicode scalars, as libyaml does.

import Yams

/// A line and a column of the file.
struct Place: Sendable, Equatable {
    let line: Int
    let column: Int
}

extension Place {
    init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}

extension Node {
    /// Where the node begins.
    var place: Place? { mark.map(Place.init) }
}

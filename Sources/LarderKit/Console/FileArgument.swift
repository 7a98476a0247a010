// Value. The name of a file on this machine, as given on the command line: bytes, not necessarily UTF-8.

import HTTPMessage

package struct FileArgument {
    let bytes: [UInt8]

    package static let standardInput = FileArgument(argument: "-")

    package init(argument: String) { bytes = ArgumentBytes.bytes(of: argument) }

    var isStandardInput: Bool { bytes.elementsEqual("-".utf8) }
    /// The name as it can be shown.
    package var text: String { PercentEncoding.readable(bytes) }
}

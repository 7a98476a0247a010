// Confined to the command that reads it. A file, or standard input, a piece at a time.

import Glibc

package final class InputFile {
    private let file: FileArgument
    private let descriptor: CInt

    /// Opens a file; `-` is standard input.
    package init(_ file: FileArgument) throws(Failure) {
        self.file = file
        let path = file.bytes + [0]
        descriptor =
            if file.isStandardInput { STDIN_FILENO } else {
                // because the path ends with a NUL and outlives the call
                unsafe path.withUnsafeBytes { bytes in
                    unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                        unsafe text.baseAddress.map { unsafe open($0, O_RDONLY | O_CLOEXEC) } ?? -1
                    }
                }
            }
        guard descriptor >= 0 else { throw Failure("\(file.text): cannot be opened: \(Console.reason(errno))") }
    }

    private var isAtStart = true

    deinit { if !file.isStandardInput { close(descriptor) } }

    /// The next bytes, at most `limit`; nil at the end.
    package func next(_ limit: Int) throws(Failure) -> [UInt8]? {
        var room = [UInt8](repeating: 0, count: limit)
        while true {
            // because the pointer is used inside the call only, with its own count
            let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure("\(file.text): cannot be read: \(Console.reason(errno))") }
            guard count > 0 else { return nil }
            if count < limit { room.removeLast(limit - count) }
            // The magic number of gzip (RFC 1952 §2.3.1); no text begins with it.
            if isAtStart, room.starts(with: [0x1F, 0x8B]) {
                throw Failure("\(file.text): is compressed with gzip: pipe the output of zcat to standard input (-)")
            }
            isAtStart = false
            return room
        }
    }
}

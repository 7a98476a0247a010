// Confined to the command that reads it. A file, or standard input, a piece at a time.

import Glibc

final class InputFile {
    private let path: String
    private let descriptor: CInt

    /// Opens a file; `-` is standard input.
    init(_ path: String) throws(Failure) {
        self.path = path
        // because the text outlives the call
        descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("\(path): cannot be opened: \(Console.reason(errno))") }
    }

    deinit { if path != "-" { close(descriptor) } }

    /// The next bytes, at most `limit`; nil at the end.
    func next(_ limit: Int) throws(Failure) -> [UInt8]? {
        var room = [UInt8](repeating: 0, count: limit)
        while true {
            // because the pointer is used inside the call only, with its own count
            let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure("\(path): cannot be read: \(Console.reason(errno))") }
            guard count > 0 else { return nil }
            if count < limit { room.removeLast(limit - count) }
            return room
        }
    }
}

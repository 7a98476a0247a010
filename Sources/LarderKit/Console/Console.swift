// Stateless. Standard output and standard error, unbuffered: a text appears at once, even in a pipe.

import Glibc

package enum Console {
    /// Writes a text; the rest of it is lost if the other end stops reading.
    package static func write(_ text: String, to descriptor: CInt) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            // because the pointer is used inside the call only, with its own count
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Prints a line on standard output.
    package static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    /// Prints a line on standard output, unless that would block because nobody reads it.
    package static func offer(_ line: String) {
        var wanted = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        // because one struct is given, and one is counted
        if unsafe poll(&wanted, 1, 0) > 0 { print(line) }
    }

    /// The system's message for an error number.
    package static func reason(_ code: CInt) -> String {
        // because strerror_r writes at most the capacity it is told and terminates the text
        unsafe String(unsafeUninitializedCapacity: 128) { room in
            unsafe room.withMemoryRebound(to: CChar.self) { characters in
                guard let base = characters.baseAddress, unsafe strerror_r(code, base, 128) == 0 else { return 0 }
                return unsafe strlen(base)
            }
        }
    }

    /// A variable of the environment; nil if it is not set.
    package static func environment(_ name: String) -> String? {
        // because the environment is not changed while larder runs, and the text is copied at once
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

// Pure. The command line byte by byte. The system passes bytes, the argument parser takes texts: a byte that is no UTF-8 goes through
// it as a character of its own and comes out as it was, where a name of a picture or file is meant. Elsewhere it is refused.

import ArgumentParser
import Glibc
import HTTPMessage

enum ArgumentBytes {
    // U+10FF80…U+10FFFF stand for the bytes 0x80…0xFF; the UTF-8 bytes of such a character are treated so too.
    private static let base: UInt32 = 0x10FF00
    private static let stand = UInt32(0x10FF80)...0x10FFFF

    /// The arguments behind the program's name, as texts that keep every byte.
    static func texts() -> [String] {
        // because the system's argument vector has that many entries, each ends with a NUL, and neither changes while larder runs
        (1..<max(1, Int(CommandLine.argc))).compactMap { place in
            unsafe CommandLine.unsafeArgv[place].map { argument in
                unsafe text(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            }
        }
    }

    /// A text that keeps every byte; UTF-8 is as it was.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        var text = ""
        var iterator = bytes.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        var place = bytes.startIndex
        while true {
            var count = 0
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput: return text
            case .error(let length): count = length
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                count = encoded.count
                guard stand.contains(scalar.value) else {
                    text.unicodeScalars.append(scalar)
                    place = bytes.index(place, offsetBy: count)
                    continue
                }
            }
            let end = bytes.index(place, offsetBy: count)
            text.unicodeScalars.append(contentsOf: bytes[place..<end].compactMap { Unicode.Scalar(base + UInt32($0)) })
            place = end
        }
    }

    /// The bytes that a text keeps.
    static func bytes(of text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar -> [UInt8] in
            stand.contains(scalar.value) ? [UInt8(scalar.value & 0xFF)] : Array(String(scalar).utf8)
        }
    }

    /// Refuses a text that is no UTF-8.
    static func check(_ text: String, _ what: String) throws {
        guard !text.unicodeScalars.contains(where: { stand.contains($0.value) }) else {
            throw ValidationError("\(what) \"\(PercentEncoding.readable(bytes(of: text)))\" is not in UTF-8.")
        }
    }
}

/// A picture's path or URL, or the beginning or a pattern of one.
///
/// What is no UTF-8 is percent-encoded: that names the same.
struct NameArgument: ExpressibleByArgument {
    let text: String

    init(argument: String) { text = PercentEncoding.readable(ArgumentBytes.bytes(of: argument)) }
}

/// The name of a file on this machine.
struct FileArgument: ExpressibleByArgument {
    let bytes: [UInt8]

    static let standardInput = FileArgument(argument: "-")

    init(argument: String) { bytes = ArgumentBytes.bytes(of: argument) }

    var isStandardInput: Bool { bytes.elementsEqual("-".utf8) }
    /// The name as it can be shown.
    var text: String { PercentEncoding.readable(bytes) }

    static var defaultCompletionKind: CompletionKind { .file() }
}

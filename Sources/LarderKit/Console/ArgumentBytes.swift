// Stateless. Carries the bytes of the command line through the argument parser, which accepts only texts: a byte that
// is not UTF-8 becomes a character of its own. Names of pictures and files get the byte back; elsewhere it is refused.

import Glibc
import HTTPMessage

package enum ArgumentBytes {
    // U+10FF80…U+10FFFF stand for the bytes 0x80…0xFF; so do the UTF-8 bytes of such a character itself.
    private static let base: UInt32 = 0x10FF00
    private static let stand = UInt32(0x10FF80)...0x10FFFF

    /// The arguments after the program's name, as texts that keep every byte.
    package static func texts() -> [String] {
        // because the system's argument vector has that many entries, each ends with a NUL, and neither changes while
        // larder runs
        (1..<max(1, Int(CommandLine.argc))).compactMap { place in
            unsafe CommandLine.unsafeArgv[place].map { argument in
                unsafe text(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            }
        }
    }

    /// A text that keeps every byte; UTF-8 is unchanged.
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

    /// Why a text cannot be used as UTF-8; nil if it can.
    /// - Parameter name: What the text is, such as an option's name.
    package static func mistake(in text: String, _ name: String) -> String? {
        guard text.unicodeScalars.contains(where: { stand.contains($0.value) }) else { return nil }
        return "\(name) \"\(PercentEncoding.readable(bytes(of: text)))\" is not in UTF-8."
    }
}

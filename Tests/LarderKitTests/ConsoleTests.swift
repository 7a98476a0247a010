// Pure. The texts of the console and the bytes of the command line.

import HTTPMessage
import Settings
import TestSupport
import Testing

@testable import LarderKit

@Suite("the console")
struct ConsoleTests {
    @Test("columns are as wide as their widest cell, without trailing spaces")
    func table() {
        var table = TextTable(.left, .right, .left)
        table.add("NAME", "COUNT", "")
        table.add("a", "1", "why")
        #expect(table.lines() == ["NAME  COUNT", "a         1  why"])
        #expect(table.lines(indent: 2)[1] == "  a         1  why")
    }

    @Test("every byte of an argument survives the argument parser")
    func bytes() {
        let all = (0...255).map { UInt8($0) }
        #expect(ArgumentBytes.bytes(of: ArgumentBytes.text(all)) == all)
        // U+10FF80 stands for a byte; its own UTF-8 has to survive too.
        let character = Array("\u{10FF80}é".utf8)
        #expect(ArgumentBytes.bytes(of: ArgumentBytes.text(character)) == character)
        #expect(ArgumentBytes.text("é".utf8) == "é")
    }

    @Test("a text that is not UTF-8 is refused by name; as a picture's name it is percent-encoded")
    func notUTF8() {
        let text = ArgumentBytes.text([0x2F, 0xE9])
        #expect(ArgumentBytes.mistake(in: text, "--config") == "--config \"/%E9\" is not in UTF-8.")
        #expect(ArgumentBytes.mistake(in: "/é", "--config") == nil)
        #expect(NameArgument(argument: text).text == "/%E9")
        #expect(FileArgument(argument: text).bytes == [0x2F, 0xE9])
    }

    @Test(
        "a command that does not exist",
        arguments: [
            (["serve"], nil), ([], nil), (["--help"], nil), (["help"], nil), (["help", "purge"], nil),
            (["serv"], "\"serv\" is not a command of larder; did you mean serve?"),
            (["help", "purg"], "\"purg\" is not a command of larder; did you mean purge?"),
            (["zzz"], "\"zzz\" is not a command of larder; larder --help lists them"),
        ] as [([String], String?)]
    )
    func commandName(arguments: [String], mistake: String?) {
        #expect(CommandName.mistake(in: arguments, known: ["serve", "purge"]) == mistake)
    }

    @Test("a problem has the form of a compiler's diagnostic")
    func diagnostic() {
        let problem = Problem(file: "f", line: 3, column: 7, path: "cache", message: "is wrong", expected: "a map")
        #expect(problem.diagnostic == "f:3:7: cache: is wrong; expected a map")
        #expect(Problem(file: "f", message: "is empty").diagnostic == "f: is empty")
    }

    @Test(
        "the admin interface names the item that it refuses",
        arguments: [
            ("url[17]", 17), ("url", nil), ("url[x]", nil), (nil, nil),
        ] as [(String?, Int?)]
    )
    func refusedItem(field: String?, item: Int?) {
        #expect(Failure("no", refusedField: field).refusedItem == item)
    }
}

@Suite("files and lists that commands read")
struct InputTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func file(_ bytes: [UInt8]) throws -> FileArgument {
        FileArgument(argument: try directory.write(bytes, to: "list"))
    }

    @Test("a list's names come one after the other, with lines that are none")
    func names() throws {
        let list = try NameList(file(Array("/a\n# why\n\n/b c\nnothing".utf8)), .urls, .newline)
        var found: [String] = []
        while let item = try list.next() {
            switch item.name {
            case .success(let name): found.append("\(item.number) \(name.target)")
            case .failure: found.append("\(item.number) none")
            }
        }
        #expect(found == ["1 /a", "4 /b%20c", "5 none"])
    }

    @Test("a file is read to its end in pieces")
    func pieces() throws {
        let input = try InputFile(file(Array("12345".utf8)))
        #expect(try input.next(3) == Array("123".utf8))
        #expect(try input.next(3) == Array("45".utf8))
        #expect(try input.next(3) == nil)
    }

    @Test("what cannot be read is named with the reason")
    func unreadable() throws {
        let missing = FileArgument(argument: directory.path("missing"))
        let failure = #expect(throws: Failure.self) { try InputFile(missing) }
        #expect(failure?.description == "\(missing.text): cannot be opened: No such file or directory")
        let compressed = #expect(throws: Failure.self) { try InputFile(file([0x1F, 0x8B, 8])).next(100) }
        #expect(compressed?.description.contains("is compressed with gzip") == true)
    }
}

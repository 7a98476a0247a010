// The real machine, as far as a test can rely on it: the file of the test itself and a directory of its own.

import Foundation
import HTTPMessage
import Settings
import Testing

@Suite("the machine itself") struct SystemFileProbeTests {
    let probe = SystemFileProbe()

    @Test("files, directories and nothing are told apart") func kinds() {
        #expect(probe.status(of: #filePath)?.kind == .regular)
        #expect(probe.status(of: "/")?.kind == .directory)
        #expect(probe.status(of: "/dev/null")?.kind == .other)
        #expect(probe.status(of: "\(#filePath)/none") == nil)
        #expect(probe.workingDirectory.hasPrefix("/"))
        #expect((1...ProcessInfo.processInfo.processorCount).contains(probe.processors))
    }

    @Test("a file is read whole, within its limit") func contents() throws {
        let bytes = try probe.contents(of: #filePath, limit: 1 << 20)
        #expect(bytes == Array(try Data(contentsOf: URL(filePath: #filePath))))
        #expect(throws: FileProblem.tooLarge(limit: 9)) { try probe.contents(of: #filePath, limit: 9) }
        #expect(throws: FileProblem.missing) { try probe.contents(of: "\(#filePath)/none", limit: 9) }
        #expect(throws: FileProblem.notRegular) { try probe.contents(of: "/", limit: 9) }
        #expect(throws: FileProblem.notRegular) { try probe.contents(of: "/dev/null", limit: 9) }
    }

    @Test("a file is loaded from the disk, and its directory is checked there") func load() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "larder-settings-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "larder.yaml")
        try Data("cache: {directory: cache}\norigins: [{url: 'file:.'}]\n".utf8).write(to: file)
        let loaded = try ConfigurationFile.load(file.path)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.cache.directory == "\(directory.path)/cache")
        #expect(loaded.configuration.origins[0].url.path == directory.path)
        #expect(loaded.configuration.threads == min(256, probe.processors))
    }
}

// value
// A machine made up for a test: directories and files by path, nothing of the real one.

import Settings

struct FakeMachine: FileProbe {
    var workingDirectory = "/work"
    var processors = 3
    var statuses: [String: FileStatus] = [
        "/": FileStatus(kind: .directory),
        "/var/cache": FileStatus(kind: .directory),
        "/var/log/larder": FileStatus(kind: .directory),
        "/mnt/pictures": FileStatus(kind: .directory),
        "/etc/larder": FileStatus(kind: .directory, isWritable: false),
        "/etc/larder/token": FileStatus(kind: .regular),
        "/etc/larder/origin-ca.pem": FileStatus(kind: .regular),
        "/work/conf": FileStatus(kind: .directory),
    ]
    var texts: [String: [UInt8]] = [
        "/etc/larder/token": Array("0123456789abcdef0123\n".utf8),
        "/etc/larder/origin-ca.pem": Array("-----BEGIN CERTIFICATE-----\n".utf8),
        "/etc/larder/larder.pem": Array("-----BEGIN CERTIFICATE-----\n".utf8),
        "/etc/larder/larder.key": Array("-----BEGIN PRIVATE KEY-----\n".utf8),
        "/etc/larder/encrypted.key": Array("-----BEGIN ENCRYPTED PRIVATE KEY-----\n".utf8),
        "/etc/larder/word": Array("hunter2\n".utf8),
    ]
    /// Of every file system.
    var capacity: Int64?
    var variables = ["AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hunter3"]

    func variable(_ name: String) -> String? {
        variables[name]
    }

    func status(of path: String) -> FileStatus? {
        statuses[path]
    }

    func capacity(of path: String) -> Int64? {
        capacity
    }

    func contents(of path: String, limit: Int) throws(FileProblem) -> [UInt8] {
        guard let bytes = texts[path] else { throw .missing }
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        return bytes
    }

    /// The same machine with another file.
    func with(_ path: String, _ text: String, _ status: FileStatus = FileStatus(kind: .regular)) -> FakeMachine {
        var other = self
        other.texts[path] = Array(text.utf8)
        other.statuses[path] = status
        return other
    }
}

/// The least that a file must say; settings of a case are added to it.
let minimum = "cache: {directory: /var/cache/larder}\norigins: [{url: 'http://files.lan'}]\n"

/// The problems of a text, as lines; empty if it has none.
func problems(_ text: String, on machine: FakeMachine = FakeMachine()) -> [String] {
    do {
        _ = try ConfigurationFile.parse(text: text, file: "l.yaml", probe: machine)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// The configuration of a text that has no problems.
func configuration(_ text: String, on machine: FakeMachine = FakeMachine()) throws -> Configuration {
    try ConfigurationFile.parse(text: text, file: "l.yaml", probe: machine).configuration
}

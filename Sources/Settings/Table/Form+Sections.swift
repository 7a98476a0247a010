// Value. The forms of sections that may be absent or repeated: the access log and the list of origins. Each reads its
// mappings by a table of its own.

import HTTPMessage

extension Form where Value == [Configuration.Origin] {
    /// The list of origins.
    static var origins: Form {
        Form(
            kind: "list",
            range: "1 to 64 origins",
            parse: { entry, findings in
                let expected = "a list, each item as `- url: http://host/prefix`"
                guard let items = entry.items(expected: expected, &findings) else { return nil }
                guard (1...64).contains(items.count) else {
                    let message = items.isEmpty ? "the list is empty" : "has \(items.count) origins"
                    findings.problem(entry.path, message, expected: "1 to 64 origins")
                    return nil
                }
                return readOrigins(items, of: entry.path, &findings)
            },
            text: { $0.isEmpty ? "none" : $0.map(\.url.text).joined(separator: ", ") }
        )
    }
}

/// Reads every item, including the faulty ones, so that an origin's index stays its place in the file.
private func readOrigins(_ items: [Entry], of list: String, _ findings: inout Findings) -> [Configuration.Origin] {
    var origins: [Configuration.Origin] = []
    for (index, item) in items.enumerated() {
        var origin = Table.sampleOrigin
        // With only one origin there is no next one to ask; of several the first is the main one.
        origin.isAuthoritative = index == 0
        let url = "\(item.path).url"
        findings.found(item.path, at: item.place)
        item.reader.read(item.node, as: Table.origin, at: item.path, into: &origin, &findings)
        if !findings.has(url), !findings.isFaulty(item.path) {
            findings.problem(url, "is missing", expected: "the origin's URL, such as http://host/prefix")
        }
        if let prefix = origin.prefix, !findings.isFaulty(url), let whole = try? OriginURL(origin.url.text + prefix) {
            origin.url = whole
        }
        let earlier = origins.firstIndex { $0.url == origin.url }
        if let earlier, !findings.isFaulty(url), findings.has(url) {
            let message = "\(origin.url) is already \(list)[\(earlier)]"
            findings.problem(url, message, expected: "each origin once")
        }
        origins.append(origin)
    }
    return origins
}

extension Form where Value == Configuration.AccessLogSettings? {
    /// The access log, or nothing.
    static var accessLog: Form {
        Form(
            kind: "section",
            parse: { entry, findings in
                if entry.isNull { return .some(nil) }
                var log = Table.sampleAccessLog
                let path = "\(entry.path).path"
                entry.reader.read(entry.node, as: Table.accessLog, at: entry.path, into: &log, &findings)
                if !findings.has(path), !findings.isFaulty(entry.path) {
                    findings.problem(path, "is missing", expected: "a file, or - for standard output")
                }
                return .some(log)
            },
            text: { $0?.path ?? "none" }
        )
    }
}

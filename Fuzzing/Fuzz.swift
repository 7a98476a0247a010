// libFuzzer's entry, and what holds for every input. FUZZ_TARGET names the parser; `scripts/fuzz` builds and runs this.
//
// A property that does not hold traps, which libFuzzer reports with the input.

import Glibc
import HTTPCaching
import HTTPMessage

private let target: String = {
    // because getenv answers a C string that is copied at once
    unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
}()

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    // because libFuzzer gives `size` bytes at `data` for the time of the call
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
    let text = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    switch target {
    case "request": request(bytes)
    case "chunked": chunked(bytes)
    case "response": response(bytes)
    case "target": normalization(bytes)
    case "date": date(text)
    case "range": range(text)
    case "tag": tags(text)
    case "structured": structured(text)
    case "directives": rules(text)
    default: fatalError("FUZZ_TARGET is \"\(target)\", and no parser's name")
    }
    return 0
}

/// A head is the same alone as with what follows it, and has as many fields as lines.
private func request(_ bytes: [UInt8]) {
    let parsed = bytes.withRawSpan { RequestParser.parse($0, limits: RequestLimits()) }
    guard case .head(let head) = parsed else { return }
    let alone = Array(bytes[..<head.length]).withRawSpan { RequestParser.parse($0, limits: RequestLimits()) }
    precondition(alone == parsed)
    let fields = bytes.withRawSpan { head.fields(in: $0) }
    // The authority of an absolute target is a Host that need not stand there.
    let added = head.marks.contains(.absoluteForm) && !head.marks.contains(.host) ? 1 : 0
    var lines = 0
    fields.eachLine { _, _ in lines += 1 }
    precondition(lines == bytes[head.fieldsRange].count { $0 == 0x0A } + added)
}

/// A body is the same in one piece and byte by byte.
private func chunked(_ bytes: [UInt8]) {
    func decoded(_ pieces: Int) -> (body: [UInt8], isRefused: Bool, isOver: Bool) {
        var decoder = ChunkedDecoder()
        var body: [UInt8] = []
        var position = 0
        var available = 0
        while true {
            switch Array(bytes[position..<available]).withRawSpan({ decoder.decode($0) }) {
            case .bytes(let range):
                body += bytes[position + range.lowerBound..<position + range.upperBound]
                position += range.upperBound
            case .needsMore(let consumed):
                position += consumed
                guard available < bytes.count else { return (body, false, false) }
                available = min(bytes.count, available + pieces)
            case .end: return (body, false, true)
            case .refused: return (body, true, false)
            }
        }
    }
    let whole = decoded(max(1, bytes.count))
    let single = decoded(1)
    precondition(whole.isRefused == single.isRefused && whole.isOver == single.isOver)
    precondition(whole.body.starts(with: single.body) || single.body.starts(with: whole.body))
    precondition(whole.isRefused || whole.body == single.body)
}

/// The heads of a response: bounded, and never a final one after the final one.
private func response(_ bytes: [UInt8]) {
    let parser = ResponseHeadParser()
    var finals = 0
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
        switch (Array(line) + [0x0A]).withRawSpan({ parser.parse($0) }) {
        case .more: break
        case .interim(let head): precondition((100..<200).contains(head.status) && finals == 0)
        case .head(let head):
            finals += 1
            precondition((200..<600).contains(head.status) && head.status != 101)
        case .refused: return
        }
        precondition(finals <= 1)
    }
}

/// Normalizing twice changes nothing more; what is normal stays; no segment climbs.
private func normalization(_ bytes: [UInt8]) {
    for foldsCase in [false, true] {
        guard let once = bytes.withRawSpan({ TargetNormalization.normalize($0, foldsCase: foldsCase) }) else {
            continue
        }
        precondition(once.withRawSpan { TargetNormalization.normalize($0, foldsCase: foldsCase) } == once)
        if bytes.withRawSpan({ TargetNormalization.isNormal($0, foldsCase: foldsCase) }) { precondition(once == bytes) }
        let path = once.prefix { $0 != 0x3F }
        precondition(
            !path.split(separator: 0x2F).contains { $0.elementsEqual("..".utf8) || $0.elementsEqual(".".utf8) }
        )
    }
}

/// What is a date is written as one that is read as the same.
private func date(_ text: String) {
    guard let time = HTTPDate.parse(text) else { return }
    precondition(HTTPDate.parse(HTTPDate.format(time)) == time)
}

/// Ranges lie inside; a Content-Range reads what it writes.
private func range(_ text: String) {
    for length in [0, 1, 1000, Int64.max] {
        guard case .ranges(let ranges) = ByteRanges.parse(text, length: length) else { continue }
        precondition(!ranges.isEmpty && ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound < length })
    }
    if let content = ContentRange.parse(text) { precondition(ContentRange.parse(content.value) == content) }
    let part = StoredPart(status: 206, fields: Fields([("Content-Range", text)]))
    precondition(part.map { $0.range.upperBound < $0.completeLength && $0.combined(with: $0) == $0 } ?? true)
}

/// A tag matches itself weakly, and a list has every tag it was read from.
private func tags(_ text: String) {
    if let tag = EntityTag.parse(text) {
        precondition(tag.weakMatches(tag) && tag.strongMatches(tag) == !tag.isWeak)
    }
    if case .tags(let tags)? = EntityTagList.parse(text) {
        precondition(!tags.isEmpty && tags.allSatisfy { EntityTagList.tags(tags).weakContains($0) })
    }
    for name in ["If-None-Match", "If-Modified-Since", "If-Range"] {
        let request = Fields([(name, text), ("Range", "bytes=0-0")])
        _ = Conditional.evaluate(method: .get, request: request, etag: text, lastModified: text, date: nil)
        _ = Conditional.ifRangeAllows(request: request, etag: text, lastModified: text, date: nil)
    }
}

/// Groups are bounded; a malformed field names none.
private func structured(_ text: String) {
    let names = CacheGroups.names(in: Fields([("Cache-Groups", text)]))
    precondition(names.count <= CacheGroups.limit && Set(names).count == names.count)
    precondition(names.allSatisfy { $0.utf8.count <= CacheGroups.longestName })
    decided(Fields([("CDN-Cache-Control", text), ("Cache-Control", "max-age=60")]), Fields())
}

/// Every answer and request comes to a decision; a lifetime is bounded, and a 304 keeps what describes the bytes.
private func rules(_ text: String) {
    var messages = [Fields(), Fields()]
    // By scalars: a CR and an LF are one character of a string.
    for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let line = String(line)
        guard let colon = line.firstIndex(of: ":") else { continue }
        let value = FieldList.trimmed(String(line[line.index(after: colon)...]))
        messages[index % 2].append(name: String(line[..<colon]), value: value)
    }
    decided(messages[0], messages[1])
    let freshened = Freshening.freshen(messages[0], with: messages[1])
    precondition(freshened.all("Content-Encoding") == messages[0].all("Content-Encoding"))
    _ = HeadUpdate.outcome(stored: messages[0], storedStatus: 200, length: 7, status: 200, response: messages[1])
    if case .names(let names) = Vary.names(in: messages[0], pictureTypes: ["image/webp"]) {
        let key = Vary.variantKey(names: names, request: messages[1], pictureTypes: ["image/webp"])
        precondition(key.utf8.count(where: { $0 == 0x0A }) == max(0, names.count - 1))
    }
}

private func decided(_ response: Fields, _ request: Fields) {
    let rules = CachingRules()
    let now = WallTime(secondsSinceEpoch: 1_800_000_000)
    let facing = RequestFacts(method: .get, fields: request)
    for status in [200, 206, 304, 404, 599] {
        let decision = Storability.decide(
            method: .get,
            request: request,
            status: status,
            response: response,
            requestTime: now,
            responseTime: now,
            rules: rules
        )
        guard case .storable(let facts) = decision else { continue }
        precondition(facts.freshUntil - facts.bornAt <= Int64(rules.maximumTTL) && facts.bornAt <= now)
        for later in [0, 59, 1 << 32] {
            let plan = Planner.plan(facing, stored: facts, anyVariantStored: true, now: now + later, rules: rules)
            if case .serve(stale: nil) = plan { precondition(facts.isFresh(at: now + later)) }
        }
    }
}
